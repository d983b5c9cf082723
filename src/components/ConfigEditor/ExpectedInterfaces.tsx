import { Button, Field, IconButton, Input, Label, Stack } from '@grafana/ui';
import React, { useId } from 'react';

import { texts } from '../../selectors';
import type { ExpectedInterface } from '../../settings';
import { carpProblem, deviceProblem } from '../../validation';

interface Props {
  expected: ExpectedInterface[];
  /** Undefined when the list has become empty. */
  onChange: (expected: ExpectedInterface[] | undefined) => void;
}

const words = texts.config.expect;

/** Interfaces that must be there, a row each: device, name and the vhid that it depends on. */
export function ExpectedInterfaces({ expected, onChange }: Props) {
  const titleId = useId();
  const change = (row: number, part: Partial<ExpectedInterface>) =>
    onChange(expected.map((entry, index) => (index === row ? { ...entry, ...part } : entry)));
  const remove = (row: number) => {
    const rest = expected.filter((_, index) => index !== row);
    onChange(rest.length > 0 ? rest : undefined);
  };

  return (
    <div role="group" aria-labelledby={titleId}>
      <Stack direction="column" alignItems="flex-start" gap={1}>
        <Label id={titleId} description={words.description}>
          {words.title}
        </Label>
        {expected.map((entry, row) => {
          const problem = deviceProblem(
            entry,
            expected.filter((_, index) => index < row)
          );
          const badCarp = carpProblem(entry);
          return (
            <Stack key={row} alignItems="flex-start" gap={1}>
              <Field invalid={problem !== undefined} error={problem} noMargin>
                <Input
                  aria-label={words.device(row + 1)}
                  aria-invalid={problem !== undefined}
                  value={entry.device}
                  prefix={words.deviceShort}
                  placeholder={words.devicePlaceholder}
                  width={22}
                  onChange={(event) => change(row, { device: event.currentTarget.value.trim() })}
                />
              </Field>
              <Input
                aria-label={words.name(row + 1)}
                value={entry.name}
                prefix={words.nameShort}
                placeholder={words.namePlaceholder}
                width={36}
                onChange={(event) => change(row, { name: event.currentTarget.value })}
              />
              <Field invalid={badCarp !== undefined} error={badCarp} noMargin>
                <Input
                  aria-label={words.carp(row + 1)}
                  aria-invalid={badCarp !== undefined}
                  value={String(entry.carp ?? '')}
                  prefix={words.carpShort}
                  placeholder={words.carpPlaceholder}
                  width={24}
                  onChange={(event) => change(row, { carp: carpOf(event.currentTarget.value.trim()) })}
                />
              </Field>
              <IconButton
                name="trash-alt"
                size="lg"
                aria-label={words.remove(row + 1)}
                tooltip={words.remove(row + 1)}
                onClick={() => remove(row)}
              />
            </Stack>
          );
        })}
        <Button
          icon="plus"
          variant="secondary"
          size="sm"
          onClick={() => onChange([...expected, { device: '', name: '' }])}
        >
          {words.add}
        </Button>
      </Stack>
    </div>
  );
}

/** A vhid is stored as a number; what is none yet stays as it was typed. */
function carpOf(typed: string): ExpectedInterface['carp'] {
  return /^\d{1,3}$/.test(typed) ? Number(typed) : typed || undefined;
}
