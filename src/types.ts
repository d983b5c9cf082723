import type { DataQuery } from '@grafana/data';

/**
 * What can be asked of each query type; the twin of the Go package pkg/query. A new query type is a new entry here; a
 * format, a metric or a filter works for a type only when it is listed.
 */
export const querySpecs = {
  interfaces: {
    formats: ['table', 'numeric', 'time_series'],
    metrics: ['status', 'both_nodes_up', 'peers_online', 'rx_bytes', 'tx_bytes', 'rx_rate', 'tx_rate'],
    statuses: ['up', 'down', 'unknown', 'standby', 'disabled'],
    filters: ['firewalls', 'interfaces', 'statuses'],
  },
  peers: {
    formats: ['table', 'numeric', 'time_series'],
    metrics: [
      'status',
      'handshake_age',
      'rx_bytes',
      'tx_bytes',
      'rx_rate',
      'tx_rate',
      'site_down',
      'no_return_traffic',
    ],
    statuses: ['online', 'offline', 'stale', 'unknown'],
    filters: ['firewalls', 'interfaces', 'peers', 'statuses', 'interfaceUp', 'site'],
  },
  firewalls: {
    formats: ['table', 'numeric', 'time_series'],
    metrics: ['up', 'latency', 'peers_online', 'interfaces_up'],
    statuses: [],
    filters: ['firewalls'],
  },
  problems: {
    formats: ['table'],
    metrics: [],
    statuses: [],
    filters: ['firewalls', 'interfaces', 'peers'],
  },
  events: {
    formats: ['table'],
    metrics: [],
    statuses: [],
    filters: ['firewalls', 'interfaces', 'peers', 'kinds'],
  },
  promql: {
    formats: ['time_series', 'numeric', 'table'],
    metrics: [],
    statuses: [],
    filters: [],
  },
} as const satisfies Record<string, QuerySpec>;

/** The first format is the default. So is the first metric, for every format but `table`. */
interface QuerySpec {
  formats: readonly [string, ...string[]];
  metrics: readonly string[];
  statuses: readonly string[];
  filters: ReadonlyArray<keyof Filter>;
}

/** What an event can be about: the words of the filter `kinds`. */
export const eventKinds = ['firewall', 'interface', 'peer', 'site'] as const;

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
  /** Words of `eventKinds`; no regular expressions. */
  kinds?: string[];
  /** Only peers whose interface is up. False, as absent, filters nothing. */
  interfaceUp?: boolean;
  /** Only peers that are sites (true), or only those that are none (false). Absent: all. */
  site?: boolean;
}

/** The labels that Grafana's ad-hoc filters can be about. */
export const labelKeys = ['opnsense_instance', 'device', 'device_name', 'peer_name', 'public_key', 'site'] as const;

/**
 * One of Grafana's ad-hoc filters, read as a label matcher of PromQL: a label that a row does not have is empty, and the
 * value of `=~` and `!~` is a regular expression on the whole label. The back end refuses unknown keys and operators.
 */
export interface LabelFilter {
  key: string;
  /** `=`, `!=`, `=~`, `!~`; with several values `=|` and `!=|`. */
  operator: string;
  value: string;
  values?: string[];
}

type Spec<T extends QueryType> = (typeof querySpecs)[T];

export type QueryType = keyof typeof querySpecs;
/** The types whose rows are things that have metrics. */
export type RowsType = Exclude<QueryType, 'problems' | 'events' | 'promql'>;
export type FilterKey = keyof Filter;
export type ListFilterKey = Exclude<FilterKey, 'interfaceUp' | 'site'>;
export type Format<T extends QueryType = QueryType> = Spec<T>['formats'][number];
export type Metric<T extends QueryType = QueryType> = Spec<T>['metrics'][number];

type FilterOf<T extends QueryType> = Pick<Filter, Spec<T>['filters'][number]>;

interface QueryOf<T extends QueryType> extends DataQuery {
  queryType: T;
  format: Format<T>;
  /** All must match. Grafana hands them over with each request; it stores them only where it hands a query on, as to Explore. */
  adhoc?: LabelFilter[];
}

interface RowsQueryOf<T extends RowsType> extends QueryOf<T> {
  /** For the formats `numeric` and `time_series`. */
  metric?: Metric<T>;
  filter?: FilterOf<T>;
  /** New values as they come, while somebody watches. */
  live?: boolean;
}

export type InterfacesQuery = RowsQueryOf<'interfaces'>;
export type PeersQuery = RowsQueryOf<'peers'>;
export type FirewallsQuery = RowsQueryOf<'firewalls'>;
export type RowsQuery = InterfacesQuery | PeersQuery | FirewallsQuery;

/** The types whose rows are a list for people. */
export type ListType = 'problems' | 'events';

interface ListQueryOf<T extends ListType> extends QueryOf<T> {
  filter?: FilterOf<T>;
}

export type ProblemsQuery = ListQueryOf<'problems'>;
export type EventsQuery = ListQueryOf<'events'>;

export interface PromqlQuery extends QueryOf<'promql'> {
  expr: string;
  /** Names the series of the format `time_series`; `{{label}}` is the value of a label. */
  legendFormat?: string;
}

/** One query, as a panel or an alert rule stores it. */
export type WireGuardQuery = RowsQuery | ProblemsQuery | EventsQuery | PromqlQuery;

export const queryTypes = Object.keys(querySpecs) as QueryType[];

/** What the options of a dashboard variable are made of. */
export const variableKinds = ['firewalls', 'interfaces', 'peers'] as const;
export type VariableKind = (typeof variableKinds)[number];

export interface VariableQuery extends DataQuery {
  kind: VariableKind;
  filter?: Pick<Filter, 'firewalls' | 'interfaces'>;
}
