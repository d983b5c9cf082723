import type { AdHocVariableFilter, ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

import type { LabelFilter } from './types';

/** What of a stored list can be an ad-hoc filter; the back end tells what is wrong with a key or an operator. */
export function labelFilters(stored: unknown): LabelFilter[] {
  return Array.isArray(stored) ? stored.filter(isLabelFilter).map(labelFilter) : [];
}

function isLabelFilter(entry: unknown): entry is LabelFilter {
  const { key, operator, value } = (entry ?? {}) as Partial<Record<keyof LabelFilter, unknown>>;
  return typeof key === 'string' && typeof operator === 'string' && typeof value === 'string';
}

/** Without what Grafana adds for itself. */
function labelFilter({ key, operator, value, values }: LabelFilter): LabelFilter {
  const several = operator.endsWith('|') && Array.isArray(values) && values.length > 0;
  return { key, operator, value, ...(several && { values: values.map(String) }) };
}

/** Those of a query, then those of its dashboard, with the values of variables. */
export function joinFilters(
  own: LabelFilter[] | undefined,
  given: AdHocVariableFilter[] | undefined,
  templates: Pick<TemplateSrv, 'replace'>,
  scopedVars: ScopedVars
): LabelFilter[] {
  return [...labelFilters(own), ...labelFilters(given)].map((filter) => {
    const format = filter.operator.endsWith('~') ? 'regex' : undefined;
    const filled = (value: string) => templates.replace(value, scopedVars, format);
    return { ...filter, value: filled(filter.value), ...(filter.values && { values: filter.values.map(filled) }) };
  });
}

/** As people read it: `device = wg0`, `peer_name =| a, b`. */
export const labelFilterText = ({ key, operator, value, values }: LabelFilter): string =>
  `${key} ${operator} ${(values ?? [value]).join(', ')}`;
