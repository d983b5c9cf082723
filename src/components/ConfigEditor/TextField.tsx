import { Field, Input } from '@grafana/ui';
import React from 'react';

import type { Problem } from '../../validation';

interface Props {
  id: string;
  label: string;
  description?: string;
  placeholder?: string;
  value: string;
  problem?: Problem;
  width?: number;
  onChange: (value: string) => void;
  /** Somebody leaves the field. */
  onLeave?: () => void;
}

/** A line of text with its label, and what is wrong with it right below. */
export function TextField({ id, label, description, placeholder, value, problem, width = 60, onChange, onLeave }: Props) {
  return (
    <Field label={label} description={description} invalid={problem !== undefined} error={problem} noMargin>
      <Input
        id={id}
        value={value}
        placeholder={placeholder}
        width={width}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={problem !== undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
        onBlur={onLeave}
      />
    </Field>
  );
}
