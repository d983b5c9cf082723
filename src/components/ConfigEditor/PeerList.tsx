import { Box, Field, TextArea } from '@grafana/ui';
import React from 'react';

interface Props {
  id: string;
  label: string;
  description: string;
  placeholder: string;
  value: string[];
  /** Undefined when the list has become empty. */
  onChange: (value: string[] | undefined) => void;
}

/** Names or public keys of peers, one on each line. */
export function PeerList({ id, label, description, placeholder, value, onChange }: Props) {
  const keep = (lines: string[]) => onChange(lines.length > 0 ? lines : undefined);
  const tidy = () => {
    const lines = [...new Set(value.map((line) => line.trim()).filter((line) => line !== ''))];
    if (lines.length !== value.length || lines.some((line, index) => line !== value[index])) {
      keep(lines);
    }
  };
  return (
    <Box maxWidth={60}>
      <Field label={label} description={description} noMargin>
        <TextArea
          id={id}
          rows={Math.min(Math.max(value.length, 2), 10)}
          value={value.join('\n')}
          placeholder={placeholder}
          spellCheck={false}
          // An empty line must live while somebody types the next one.
          onChange={({ currentTarget }) => keep(currentTarget.value === '' ? [] : currentTarget.value.split('\n'))}
          onBlur={tidy}
        />
      </Field>
    </Box>
  );
}
