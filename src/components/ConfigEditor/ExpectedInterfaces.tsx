import { Button, Field, IconButton, Input, Label, Stack } from '@grafana/ui';
import React, { useId } from 'react';

import { texts } from '../../selectors';
import type { ExpectedInterface } from '../../settings';
import { deviceProblem } from '../../validation';

interface Props {
  expected: ExpectedInterface[];
  /** Undefined when the list has become empty. */
  onChange: (expected: ExpectedInterface[] | undefined) => void;
}

const words = texts.config.expect;

/** Interfaces that must be there, a row each: device and name. */
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
          return (
            <Stack key={row} alignItems="flex-start" gap={1}>
              <Field invalid={problem !== undefined} error={problem} noMargin>
                <Input
                  aria-label={words.device(row + 1)}
                  aria-invalid={problem !== undefined}
                  value={entry.device}
                  placeholder={words.devicePlaceholder}
                  width={24}
                  onChange={(event) => change(row, { device: event.currentTarget.value.trim() })}
                />
              </Field>
              <Input
                aria-label={words.name(row + 1)}
                value={entry.name}
                placeholder={words.namePlaceholder}
                width={32}
                onChange={(event) => change(row, { name: event.currentTarget.value })}
              />
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
