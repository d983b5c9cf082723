import type { QueryEditorProps } from '@grafana/data';
import React from 'react';

import type { WireGuardDataSource } from '../../datasource';
import { eventsQuery } from '../../normalise';
import type { Settings } from '../../settings';
import type { WireGuardQuery } from '../../types';
import { Filters } from '../QueryEditor/Filters';

type Props = QueryEditorProps<WireGuardDataSource, WireGuardQuery, Settings>;

/** Which events become annotations. Grafana runs a changed annotation by itself. */
export function AnnotationEditor({ query: stored, datasource, onChange }: Props) {
  const query = eventsQuery({ ...stored });
  return (
    <Filters
      queryType={query.queryType}
      filter={query.filter}
      datasource={datasource}
      onChange={(filter) => onChange(eventsQuery({ ...query, filter }))}
    />
  );
}
