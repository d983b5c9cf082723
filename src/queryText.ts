import { labelFilterText } from './adhoc';
import { hasUnknownType, isFields, isRows, normaliseQuery } from './normalise';
import { texts } from './selectors';
import { type Filter, type FilterKey, querySpecs, type RowsQuery, type WireGuardQuery } from './types';

const words = texts.query;

/** What a query asks for, on one line for people; the expression where there is one. */
export function queryText(stored: unknown): string {
  if (hasUnknownType(stored)) {
    // Running it says what is wrong.
    return isFields(stored) ? String(stored.queryType) : '';
  }
  const query = normaliseQuery(stored);
  return query.queryType === 'promql' ? query.expr.trim() || words.types.promql.label : parts(query).join(' · ');
}

function parts(query: Exclude<WireGuardQuery, { queryType: 'promql' }>): string[] {
  const { queryType, format, filter = {} } = query;
  const { filters } = querySpecs[queryType];
  return [
    words.types[queryType].label,
    ...(isRows(query) ? metricOf(query) : []),
    words.formats[format].label,
    ...filters.flatMap((key: FilterKey) => filterText(key, filter)),
    ...(query.adhoc ?? []).map(labelFilterText),
    ...(isRows(query) && query.live ? [words.live] : []),
  ];
}

const metricOf = ({ metric }: RowsQuery): string[] => (metric ? [words.metrics[metric]] : []);

function filterText(key: FilterKey, filter: Filter): string[] {
  switch (key) {
    case 'interfaceUp':
      return filter.interfaceUp ? [words.filters.interfaceUp] : [];
    case 'site':
      return filter.site === undefined ? [] : [filter.site ? words.sites.only : words.sites.none];
    case 'firewalls':
    case 'interfaces':
    case 'peers':
    case 'statuses':
    case 'kinds': {
      const list = filter[key];
      return list ? [`${words.filters[key]}: ${list.join(', ')}`] : [];
    }
  }
}
