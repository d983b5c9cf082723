import type { DataQuery } from '@grafana/data';

/**
 * What can be asked of each query type; the twin of the Go package pkg/query. A new query type is a new entry here; a
 * filter works for a type only when it is listed.
 */
export const querySpecs = {
  interfaces: {
    metrics: ['status', 'both_nodes_up', 'peers_online', 'rx_bytes', 'tx_bytes'],
    statuses: ['up', 'down', 'unknown', 'standby', 'disabled'],
    filters: ['firewalls', 'interfaces', 'statuses'],
  },
  peers: {
    metrics: ['status', 'handshake_age', 'rx_bytes', 'tx_bytes', 'site_down', 'no_return_traffic'],
    statuses: ['online', 'offline', 'stale', 'unknown'],
    filters: ['firewalls', 'interfaces', 'peers', 'statuses', 'interfaceUp', 'site'],
  },
  firewalls: {
    metrics: ['up', 'latency', 'peers_online', 'interfaces_up'],
    statuses: [],
    filters: ['firewalls'],
  },
} as const satisfies Record<string, QuerySpec>;

/** The first metric is the one that a numeric query takes when it names none. */
interface QuerySpec {
  metrics: readonly [string, ...string[]];
  statuses: readonly string[];
  filters: ReadonlyArray<keyof Filter>;
}

/**
 * Narrows the rows: the lists are joined by AND, the values within one list by OR. A value is exact; `/…/` is a regular
 * expression on the whole value. A list that is absent or empty filters nothing.
 */
export interface Filter {
  firewalls?: string[];
  /** Device or name. */
  interfaces?: string[];
  /** Name or public key. */
  peers?: string[];
  /** Words of `statuses` of the type; no regular expressions. */
  statuses?: string[];
  /** Only peers whose interface is up. False, as absent, filters nothing. */
  interfaceUp?: boolean;
  /** Only peers that are sites (true), or only those that are none (false). Absent: all. */
  site?: boolean;
}

export type QueryType = keyof typeof querySpecs;
export type FilterKey = keyof Filter;
export type ListFilterKey = Exclude<FilterKey, 'interfaceUp' | 'site'>;
export type Metric<T extends QueryType = QueryType> = (typeof querySpecs)[T]['metrics'][number];

export const formats = ['table', 'numeric'] as const;
export type Format = (typeof formats)[number];

interface QueryOf<T extends QueryType> extends DataQuery {
  queryType: T;
  format: Format;
  /** Only for the format `numeric`. */
  metric?: Metric<T>;
  filter?: Pick<Filter, (typeof querySpecs)[T]['filters'][number]>;
}

export type InterfacesQuery = QueryOf<'interfaces'>;
export type PeersQuery = QueryOf<'peers'>;
export type FirewallsQuery = QueryOf<'firewalls'>;

/** One query, as a panel or an alert rule stores it. */
export type WireGuardQuery = InterfacesQuery | PeersQuery | FirewallsQuery;

export const queryTypes = Object.keys(querySpecs) as QueryType[];

/** What the options of a dashboard variable are made of. */
export const variableKinds = ['firewalls', 'interfaces', 'peers'] as const;
export type VariableKind = (typeof variableKinds)[number];

export interface VariableQuery extends DataQuery {
  kind: VariableKind;
  filter?: Pick<Filter, 'firewalls' | 'interfaces'>;
}
