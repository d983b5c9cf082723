import { Combobox, type ComboboxOption } from '@grafana/ui';
import React, { useMemo } from 'react';

import { useNews } from './useNews';

interface Props<T extends string> {
  id: string;
  options: Array<ComboboxOption<T>>;
  value: T | undefined;
  width: number;
  onChange: (value: T) => void;
}

/** Grafana's Combobox, which tells each choice once and keeps what is being typed. */
export function Dropdown<T extends string>({ value, options, onChange, ...rest }: Props<T>) {
  const choose = useNews<T | undefined>(value, (chosen) => chosen !== undefined && onChange(chosen));
  // With an option that is another object, though it says the same, the list puts the chosen one in place of what
  // somebody is typing; an editor is drawn anew with each answer.
  const written = JSON.stringify(options);
  const same = useMemo(() => JSON.parse(written) as typeof options, [written]);
  return <Combobox {...rest} options={same} value={value} onChange={(option) => choose(option.value)} />;
}
