import { Combobox, type ComboboxOption } from '@grafana/ui';
import React from 'react';

import { useNews } from './useNews';

interface Props<T extends string> {
  id: string;
  options: Array<ComboboxOption<T>>;
  value: T | undefined;
  width: number;
  onChange: (value: T) => void;
}

/** Grafana's Combobox, which tells each choice once. */
export function Dropdown<T extends string>({ value, onChange, ...rest }: Props<T>) {
  const choose = useNews<T | undefined>(value, (chosen) => chosen !== undefined && onChange(chosen));
  return <Combobox {...rest} value={value} onChange={(option) => choose(option.value)} />;
}
