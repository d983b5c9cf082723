import { InlineField, RadioButtonGroup } from '@grafana/ui';
import React, { useId } from 'react';

import { texts } from '../../selectors';
import { type Format, type Metric, querySpecs, type QueryType, queryTypes, type WireGuardQuery } from '../../types';
import { Dropdown } from '../Dropdown';

interface Props {
  query: WireGuardQuery;
  /** An alert rule can read numbers and series only. */
  forRule: boolean;
  onChange: (part: { queryType?: QueryType; format?: Format; metric?: Metric }) => void;
}

const words = texts.query;

/** Which rows, in which form, and which of their metrics. */
export function TypeFields({ query, forRule, onChange }: Props) {
  const id = useId();
  const { metrics } = querySpecs[query.queryType];
  // What was chosen elsewhere is shown all the same.
  const types = queryTypes.filter((type) => type === query.queryType || formatsOf(type, forRule).length > 0);
  const formats = formatsOf(query.queryType, forRule, query.format);
  const changeType = (queryType: QueryType) =>
    // A format that nobody chose gives way to the default of the other type.
    onChange(query.format === querySpecs[query.queryType].formats[0] ? { queryType, format: undefined } : { queryType });

  return (
    <>
      <InlineField label={words.type} labelWidth={20}>
        <Dropdown
          id={`${id}-type`}
          options={types.map((value) => ({ value, ...words.types[value] }))}
          value={query.queryType}
          width={30}
          onChange={changeType}
        />
      </InlineField>
      {formats.length > 1 && (
        <InlineField label={words.format}>
          <RadioButtonGroup
            aria-label={words.format}
            options={formats.map((value: Format) => ({ value, ...words.formats[value] }))}
            value={query.format}
            onChange={(format) => onChange({ format })}
          />
        </InlineField>
      )}
      {'metric' in query && query.metric && (
        <InlineField label={words.metric}>
          <Dropdown<Metric>
            id={`${id}-metric`}
            options={metrics.map((value: Metric) => ({ value, label: words.metrics[value] }))}
            value={query.metric}
            width={30}
            onChange={(metric) => onChange({ metric })}
          />
        </InlineField>
      )}
    </>
  );
}

/** The formats that can be chosen, with the present one. */
const formatsOf = (type: QueryType, forRule: boolean, present?: Format): Format[] =>
  querySpecs[type].formats.filter((format: Format) => !forRule || format !== 'table' || format === present);
