import type { QueryEditorProps } from '@grafana/data';
import { InlineField } from '@grafana/ui';
import React, { useId } from 'react';

import type { WireGuardDataSource } from '../../datasource';
import { normaliseVariable, variableFilters } from '../../normalise';
import { texts } from '../../selectors';
import type { Settings } from '../../settings';
import { variableKinds, type VariableQuery, type WireGuardQuery } from '../../types';
import { Dropdown } from '../Dropdown';
import { FilterList } from '../FilterList';

type Props = QueryEditorProps<WireGuardDataSource, WireGuardQuery, Settings, VariableQuery>;

/** What a dashboard variable offers: names of firewalls, interfaces or peers, narrowed by what stands above them. */
export function VariableEditor({ query: stored, datasource, onChange }: Props) {
  const id = useId();
  const query = normaliseVariable(stored);
  const change = (part: object) => onChange(normaliseVariable({ ...query, ...part }));

  return (
    <>
      <InlineField label={texts.variable.kind} labelWidth={20}>
        <Dropdown
          id={id}
          options={variableKinds.map((value) => ({ value, label: texts.variable.kinds[value] }))}
          value={query.kind}
          width={30}
          onChange={(kind) => change({ kind })}
        />
      </InlineField>
      {variableFilters[query.kind].map((key) => (
        <FilterList
          key={`${query.kind}-${key}`}
          label={texts.query.filters[key]}
          tooltip={texts.query.filterTooltip}
          value={query.filter?.[key]}
          variables={datasource.variableNames()}
          load={() => datasource.choices(key, { ...query.filter, [key]: undefined })}
          onChange={(list) => change({ filter: { ...query.filter, [key]: list } })}
        />
      ))}
    </>
  );
}
