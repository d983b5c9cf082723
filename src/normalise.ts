import { labelFilters } from './adhoc';
import {
  type EventsQuery,
  type Filter,
  type FilterKey,
  type LabelFilter,
  type ListType,
  type PromqlQuery,
  querySpecs,
  queryTypes,
  type RowsQuery,
  type RowsType,
  type VariableKind,
  variableKinds,
  type VariableQuery,
  type WireGuardQuery,
} from './types';

export type Fields = Record<string, unknown>;

/**
 * Makes a query that this version understands of whatever a dashboard has stored: one of another version, one typed by
 * hand, half of one. It never throws; what is unknown becomes the default, what does not fit is left out. Keys that are
 * not of the model (refId, datasource, hide and the like) stay.
 */
export function normaliseQuery(stored: unknown): WireGuardQuery {
  const fields = isFields(stored) ? stored : {};
  const queryType = oneOf(queryTypes, fields.queryType) ?? 'interfaces';
  switch (queryType) {
    case 'interfaces':
    case 'peers':
    case 'firewalls':
      return rowsQuery(queryType, fields);
    case 'problems':
      return listQuery(queryType, fields);
    case 'events':
      return eventsQuery(fields);
    case 'promql':
      return promqlQuery(fields);
  }
}

function rowsQuery(queryType: RowsType, fields: Fields): RowsQuery {
  const { formats, metrics, filters } = querySpecs[queryType];
  const format = oneOf(formats, fields.format) ?? formats[0];
  const metric = format === 'table' ? undefined : (oneOf<string>(metrics, fields.metric) ?? metrics[0]);
  const filter = fittingFilter(filters, fields.filter);
  // Each part was taken from the spec of this very type; the compiler cannot follow that through the union.
  return {
    ...common(fields),
    queryType,
    format,
    ...(metric && { metric }),
    ...(filter && { filter }),
    ...(fields.live === true && { live: true }),
  } as RowsQuery;
}

export const eventsQuery = (fields: Fields): EventsQuery => listQuery('events', fields);

function listQuery<T extends ListType>(queryType: T, fields: Fields) {
  const filter = fittingFilter(querySpecs[queryType].filters, fields.filter);
  return { ...common(fields), queryType, format: 'table' as const, ...(filter && { filter }) };
}

function promqlQuery(fields: Fields): PromqlQuery {
  const { formats } = querySpecs.promql;
  const format = oneOf(formats, fields.format) ?? formats[0];
  const legendFormat = format === 'time_series' && text(fields.legendFormat);
  return {
    ...common(fields),
    queryType: 'promql',
    format,
    expr: text(fields.expr),
    ...(legendFormat && { legendFormat }),
  };
}

/** True for a query that asks for a type of a newer version: running it as something else would show wrong data. */
export function hasUnknownType(stored: unknown): boolean {
  const type = isFields(stored) ? stored.queryType : undefined;
  return type !== undefined && type !== '' && oneOf(queryTypes, type) === undefined;
}

/** True for the types that have metrics, and can be live. */
export function isRows(query: WireGuardQuery): query is RowsQuery {
  switch (query.queryType) {
    case 'interfaces':
    case 'peers':
    case 'firewalls':
      return true;
    case 'problems':
    case 'events':
    case 'promql':
      return false;
  }
}

/** What narrows the options of each kind of variable. */
export const variableFilters: Record<VariableKind, ReadonlyArray<'firewalls' | 'interfaces'>> = {
  firewalls: [],
  interfaces: ['firewalls'],
  peers: ['firewalls', 'interfaces'],
};

export function normaliseVariable(stored: unknown): VariableQuery {
  const fields = isFields(stored) ? stored : {};
  const kind = oneOf(variableKinds, fields.kind) ?? 'firewalls';
  const filter = fittingFilter(variableFilters[kind], fields.filter);
  return { ...common(fields), kind, ...(filter && { filter }) };
}

/** What is of no type's model, and what is of all; each type adds its own. */
function common(fields: Fields): Fields & { refId: string; adhoc?: LabelFilter[] } {
  const rest = Object.fromEntries(Object.entries(fields).filter(([key]) => !modelled.has(key)));
  const adhoc = labelFilters(fields.adhoc);
  return { ...rest, refId: typeof rest.refId === 'string' ? rest.refId : 'A', ...(adhoc.length > 0 && { adhoc }) };
}

const modelled = new Set(['metric', 'filter', 'adhoc', 'live', 'expr', 'legendFormat']);

function fittingFilter(allowed: readonly FilterKey[], stored: unknown): Filter | undefined {
  if (!isFields(stored)) {
    return undefined;
  }
  const filter: Filter = {};
  for (const key of allowed) {
    if (key === 'interfaceUp') {
      if (stored[key] === true) {
        filter[key] = true;
      }
    } else if (key === 'site') {
      // False means something here: only peers that are no sites.
      if (typeof stored[key] === 'boolean') {
        filter[key] = stored[key];
      }
    } else {
      const list = stringList(stored[key]);
      if (list.length > 0) {
        filter[key] = list;
      }
    }
  }
  return Object.keys(filter).length > 0 ? filter : undefined;
}

/** A lone string counts as a list of one: that is how people write it by hand. */
function stringList(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return [...new Set(list.filter((entry): entry is string => typeof entry === 'string' && entry.trim() !== ''))];
}

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((candidate) => candidate === value);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
