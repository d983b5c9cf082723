import { Box, Button, Field, IconButton, Input, Label, Stack } from '@grafana/ui';
import React, { useId } from 'react';

import { texts } from '../../selectors';
import type { ExpectedInterface } from '../../settings';
import { carpProblem, deviceProblem, type Problem } from '../../validation';
import { ExpectSeen } from './ExpectSeen';

interface Props {
  /** Of the data source and of the saved firewall whose interfaces are offered. */
  uid: string;
  firewallId: string;
  expected: ExpectedInterface[];
  readOnly?: boolean;
  /** Undefined when the list has become empty. */
  onChange: (expected: ExpectedInterface[] | undefined) => void;
}

const words = texts.config.expect;

const columns = [
  { key: 'device', width: 22 },
  { key: 'name', width: 36 },
  { key: 'carp', width: 24 },
] as const;

/** Interfaces that must be there, a row each: device, name and the vhid that it depends on. */
export function ExpectedInterfaces({ uid, firewallId, expected, readOnly, onChange }: Props) {
  const titleId = useId();
  const change = (row: number, part: Partial<ExpectedInterface>) =>
    onChange(expected.map((entry, index) => (index === row ? { ...entry, ...part } : entry)));
  const add = (entries: ExpectedInterface[]) => onChange([...expected, ...entries]);
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
          const problems: Partial<Record<keyof ExpectedInterface, Problem>> = {
            device: deviceProblem(entry, expected.slice(0, row)),
            carp: carpProblem(entry),
          };
          return (
            <Stack key={row} alignItems="flex-start" gap={1}>
              {columns.map(({ key, width }) => (
                // What is wrong wraps within the column: the rows stay in line.
                <Box key={key} width={width}>
                  <Field invalid={problems[key] !== undefined} error={problems[key]} noMargin>
                    <Input
                      aria-label={words[key]({ row: row + 1 })}
                      aria-invalid={problems[key] !== undefined}
                      value={String(entry[key] ?? '')}
                      prefix={words[`${key}Short`]}
                      placeholder={words[`${key}Placeholder`]}
                      onChange={({ currentTarget }) => change(row, { [key]: read[key](currentTarget.value) })}
                    />
                  </Field>
                </Box>
              ))}
              <Box paddingTop={1}>
                <IconButton
                  name="trash-alt"
                  size="lg"
                  aria-label={words.remove({ row: row + 1 })}
                  tooltip={words.remove({ row: row + 1 })}
                  onClick={() => remove(row)}
                />
              </Box>
            </Stack>
          );
        })}
        <Stack alignItems="center" gap={1} wrap="wrap">
          <Button icon="plus" variant="secondary" size="sm" onClick={() => add([{ device: '', name: '' }])}>
            {words.add}
          </Button>
          {!readOnly && <ExpectSeen uid={uid} firewallId={firewallId} expected={expected} onAdd={add} />}
        </Stack>
      </Stack>
    </div>
  );
}

/** What was typed, as it is stored. A vhid becomes a number; what is none yet stays as it was typed. */
const read: { [Key in keyof Required<ExpectedInterface>]: (typed: string) => ExpectedInterface[Key] } = {
  device: (typed) => typed.trim(),
  name: (typed) => typed,
  carp: (typed) => (/^\s*\d{1,3}\s*$/.test(typed) ? Number(typed) : typed.trim() || undefined),
};
