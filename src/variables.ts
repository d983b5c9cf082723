import { CustomVariableSupport, type DataQueryRequest, type DataQueryResponse, type MetricFindValue } from '@grafana/data';
import { defer, map, type Observable } from 'rxjs';

import { VariableEditor } from './components/VariableEditor/VariableEditor';
import type { WireGuardDataSource } from './datasource';
import { normaliseVariable } from './normalise';
import type { VariableQuery } from './types';

/** Dashboard variables: the names of firewalls, interfaces or peers. */
export class VariableSupport extends CustomVariableSupport<WireGuardDataSource, VariableQuery> {
  override editor = VariableEditor;

  constructor(private readonly datasource: WireGuardDataSource) {
    super();
  }

  override query({ targets, scopedVars }: DataQueryRequest<VariableQuery>): Observable<DataQueryResponse> {
    const { kind, filter } = normaliseVariable(targets[0]);
    return defer(() => this.datasource.choices(kind, filter, scopedVars)).pipe(
      map((choices) => ({ data: choices.map(({ value }): MetricFindValue => ({ text: value, value })) }))
    );
  }
}
