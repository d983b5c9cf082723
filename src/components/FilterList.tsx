import { InlineField } from '@grafana/ui';
import React, { useId } from 'react';

import type { Choice } from '../resources';
import { texts } from '../selectors';
import { PickList } from './PickList';

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
  const offer = async (): Promise<Choice[]> => {
    const loaded = await load().catch((): Choice[] => []);
    return [...loaded, ...variables.map((name) => ({ value: name, label: name, description: texts.query.variable }))];
  };

  return (
    <InlineField label={label} labelWidth={20} tooltip={tooltip}>
      <PickList id={id} value={value} load={offer} placeholder={texts.query.filterPlaceholder} onChange={onChange} />
    </InlineField>
  );
}
