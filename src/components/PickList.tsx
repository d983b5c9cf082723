import { type ComboboxOption, MultiCombobox } from '@grafana/ui';
import React, { useCallback } from 'react';

import type { Choice } from '../resources';
import { texts } from '../selectors';
import { useNews } from './useNews';

interface Props {
  id: string;
  value: string[];
  /** Loads what can be chosen, each time the list is opened. */
  load: () => Promise<Choice[]>;
  placeholder: string;
  disabled?: boolean;
  /** Undefined when the list has become empty. */
  onChange: (value: string[] | undefined) => void;
}

/** A list of values: chosen from what is offered, or typed. */
export function PickList({ id, value, load, placeholder, disabled, onChange }: Props) {
  const choose = useNews(value, (list) => onChange(list.length > 0 ? list : undefined));

  const options = useCallback(
    async (typed: string): Promise<ComboboxOption[]> => {
      // Firewalls that do not answer must not keep anybody from typing a value.
      const offered = await load().catch((): Choice[] => []);
      const known = new Set(offered.map((choice) => choice.value));
      // What is chosen stays in the list, so that it can be taken out there, too.
      const chosen = value.filter((entry) => !known.has(entry)).map((entry) => ({ value: entry, label: entry }));
      return [...offered, ...chosen].filter((choice) => matches(choice, typed));
    },
    [load, value]
  );

  return (
    <MultiCombobox
      id={id}
      options={options}
      value={value.map((entry) => ({ value: entry, label: entry }))}
      width="auto"
      minWidth={30}
      maxWidth={80}
      isClearable
      createCustomValue
      customValueDescription={texts.query.customValue}
      placeholder={placeholder}
      disabled={disabled}
      onChange={(chosen) => choose(chosen.map((option) => option.value.trim()))}
    />
  );
}

function matches({ label, description = '' }: Choice, typed: string): boolean {
  const wanted = typed.trim().toLowerCase();
  return label.toLowerCase().includes(wanted) || description.toLowerCase().includes(wanted);
}
