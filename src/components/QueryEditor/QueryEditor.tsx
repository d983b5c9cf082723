import type { QueryEditorProps } from '@grafana/data';
import { Alert, InlineField, InlineFieldRow, RadioButtonGroup } from '@grafana/ui';
import React, { useId, useMemo } from 'react';

import type { WireGuardDataSource } from '../../datasource';
import { hasUnknownType, normaliseQuery } from '../../normalise';
import { texts } from '../../selectors';
import type { Settings } from '../../settings';
import { formats, querySpecs, queryTypes, type WireGuardQuery } from '../../types';
import { Dropdown } from '../Dropdown';
import { Filters } from './Filters';

type Props = QueryEditorProps<WireGuardDataSource, WireGuardQuery, Settings>;

const words = texts.query;
const typeOptions = queryTypes.map((value) => ({ value, ...words.types[value] }));
const formatOptions = formats.map((value) => ({ value, ...words.formats[value] }));

export function QueryEditor({ query: stored, datasource, onChange, onRunQuery }: Props) {
  const id = useId();
  const query = useMemo(() => normaliseQuery(stored), [stored]);
  const metricOptions = querySpecs[query.queryType].metrics.map((value) => ({ value, label: words.metrics[value] }));

  // Whatever does not fit to the changed part falls away here: the metric and the filters of another type, say.
  const change = (part: object) => {
    onChange(normaliseQuery({ ...query, ...part }));
    onRunQuery();
  };

  return (
    <>
      {hasUnknownType(stored) && <Alert severity="warning" title={words.unknownType(String(stored.queryType))} />}
      <InlineFieldRow>
        <InlineField label={words.type} labelWidth={20}>
          <Dropdown
            id={`${id}-type`}
            options={typeOptions}
            value={query.queryType}
            width={30}
            onChange={(queryType) => change({ queryType })}
          />
        </InlineField>
        <InlineField label={words.format}>
          <RadioButtonGroup
            aria-label={words.format}
            options={formatOptions}
            value={query.format}
            onChange={(format) => change({ format })}
          />
        </InlineField>
        {query.format === 'numeric' && (
          <InlineField label={words.metric}>
            <Dropdown
              id={`${id}-metric`}
              options={metricOptions}
              value={query.metric}
              width={30}
              onChange={(metric) => change({ metric })}
            />
          </InlineField>
        )}
      </InlineFieldRow>
      <Filters query={query} datasource={datasource} onChange={(filter) => change({ filter })} />
    </>
  );
}
