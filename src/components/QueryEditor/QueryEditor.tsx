import { CoreApp, type QueryEditorProps } from '@grafana/data';
import { Alert, InlineFieldRow } from '@grafana/ui';
import React, { useEffect, useMemo } from 'react';

import { takeClickedExample } from '../../clickedExample';
import type { WireGuardDataSource } from '../../datasource';
import { hasUnknownType, isRows, normaliseQuery } from '../../normalise';
import { texts } from '../../selectors';
import type { Settings } from '../../settings';
import type { WireGuardQuery } from '../../types';
import { Filters } from './Filters';
import { LiveSwitch } from './LiveSwitch';
import { PromqlFields } from './PromqlFields';
import { TypeFields } from './TypeFields';

type Props = QueryEditorProps<WireGuardDataSource, WireGuardQuery, Settings>;

const words = texts.query;

export function QueryEditor({ query: stored, datasource, app, onChange, onRunQuery }: Props) {
  const query = useMemo(() => normaliseQuery(stored), [stored]);
  const forRule = app === CoreApp.UnifiedAlerting;

  useEffect(() => {
    if (takeClickedExample(query)) {
      onRunQuery();
    }
  }, [query, onRunQuery]);

  // Whatever does not fit to the changed part falls away here: the metric and the filters of another type, say.
  const change = (part: object) => {
    onChange(normaliseQuery({ ...query, ...part }));
    onRunQuery();
  };

  return (
    <>
      {hasUnknownType(stored) && <Alert severity="warning" title={words.unknownType({ type: String(stored.queryType) })} />}
      <InlineFieldRow>
        <TypeFields query={query} forRule={forRule} onChange={change} />
        {isRows(query) && !forRule && (
          <LiveSwitch
            value={query.live ?? false}
            allowed={datasource.pace !== undefined}
            onChange={(live) => change({ live })}
          />
        )}
      </InlineFieldRow>
      {query.queryType === 'promql' ? (
        <PromqlFields query={query} valuesOf={(label) => datasource.labelValues(label)} onChange={change} />
      ) : (
        <Filters
          queryType={query.queryType}
          filter={query.filter}
          datasource={datasource}
          onChange={(filter) => change({ filter })}
        />
      )}
    </>
  );
}
