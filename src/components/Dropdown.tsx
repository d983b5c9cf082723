import { Combobox, type ComboboxOption } from '@grafana/ui';
import React, { useLayoutEffect, useRef } from 'react';

interface Props<T extends string> {
  id: string;
  options: Array<ComboboxOption<T>>;
  value: T | undefined;
  width: number;
  onChange: (value: T) => void;
}

/**
 * Grafana's Combobox, which tells each choice once. The stock one tells it again with every render while a movement of
 * the mouse is still waiting to be drawn; a store that renders at once, such as Explore's, then loops until React gives up.
 */
export function Dropdown<T extends string>({ value, onChange, ...rest }: Props<T>) {
  const current = useRef(value);
  // Before the effects in which the Combobox speaks.
  useLayoutEffect(() => {
    current.current = value;
  }, [value]);
  return (
    <Combobox
      {...rest}
      value={value}
      onChange={(option) => {
        if (option.value !== current.current) {
          onChange(option.value);
        }
      }}
    />
  );
}
