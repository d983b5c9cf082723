import { type ComboboxOption, InlineField, MultiCombobox } from '@grafana/ui';
import React, { useCallback, useId } from 'react';

import type { Choice } from '../resources';
import { texts } from '../selectors';
import { useNews } from './useNews';

interface Props {
  label: string;
  tooltip: string;
  value: string[] | undefined;
  /** Loads what can be chosen, each time the list is opened. */
  load: () => Promise<Choice[]>;
  /** `$name` of the dashboard's variables. */
  variables: string[];
  onChange: (value: string[] | undefined) => void;
}

/** One list of a filter: values that the back end offers, dashboard variables, and whatever is typed. */
export function FilterList({ label, tooltip, value = [], load, variables, onChange }: Props) {
  const id = useId();
  const choose = useNews(value, (list) => onChange(list.length > 0 ? list : undefined));

  const options = useCallback(
    async (typed: string): Promise<ComboboxOption[]> => {
      // Firewalls that do not answer must not keep anybody from typing a value.
      const loaded = await load().catch((): Choice[] => []);
      const offered = [...loaded, ...variables.map((name) => ({ value: name, label: name, description: texts.query.variable }))];
      const known = new Set(offered.map((choice) => choice.value));
      // What is chosen stays in the list, so that it can be taken out there, too.
      const chosen = value.filter((entry) => !known.has(entry)).map((entry) => ({ value: entry, label: entry }));
      return [...offered, ...chosen].filter((choice) => matches(choice, typed));
    },
    [load, variables, value]
  );

  return (
    <InlineField label={label} labelWidth={20} tooltip={tooltip}>
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
        placeholder={texts.query.filterPlaceholder}
        onChange={(chosen) => choose(chosen.map((option) => option.value.trim()))}
      />
    </InlineField>
  );
}

function matches({ label, description = '' }: Choice, typed: string): boolean {
  const wanted = typed.trim().toLowerCase();
  return label.toLowerCase().includes(wanted) || description.toLowerCase().includes(wanted);
}
