import {
  CoreApp,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type LiveChannelAddress,
  LiveChannelScope,
} from '@grafana/data';
import { config, getGrafanaLiveSrv, type GrafanaLiveSrv, StreamingFrameAction } from '@grafana/runtime';
import { filter, map, merge, type Observable, share, takeUntil } from 'rxjs';

import { durationSeconds } from './duration';
import { hasUnknownType, isRows, normaliseQuery } from './normalise';
import type { Settings } from './settings';
import type { Format, RowsQuery, WireGuardQuery } from './types';

/** What the back end gets to know of a live query: all who ask for the same share one stream. */
export interface LiveData {
  query: Pick<RowsQuery, 'queryType' | 'format' | 'metric' | 'filter' | 'adhoc'>;
  intervalMs: number;
  /** How much history the stream starts with; 0 for formats that show the newest values only. */
  rangeMs: number;
}

/** Milliseconds between two values: never less than the floor, never more than the poll interval. */
interface Pace {
  floor: number;
  poll: number;
}

const second = 1000;
const minute = 60 * second;

/** Grafana keeps so many rows of what came last; of a table with more, it would show but the end. */
const maxRows = 10_000;

/** Undefined when the settings have live panels switched off. */
export function livePace({ liveMinInterval, pollInterval }: Settings): Pace | undefined {
  const floor = milliseconds(liveMinInterval, 5 * second);
  return floor > 0 ? { floor, poll: milliseconds(pollInterval, 30 * second) } : undefined;
}

/** What is no duration counts as the default: the health check and every query tell what is wrong. */
function milliseconds(setting: unknown, fallback: number): number {
  const written = typeof setting === 'number' ? String(setting) : setting;
  const seconds = typeof written === 'string' ? durationSeconds(written) : undefined;
  return seconds === undefined ? fallback : seconds * second;
}

/** Undefined where nothing can be streamed, or must not: in public dashboards and for alerts, say. */
export function liveService({ app, range }: DataQueryRequest<WireGuardQuery>): GrafanaLiveSrv | undefined {
  if (range?.raw.to !== 'now' || notWatched.has(app) || !config.liveEnabled || config.publicDashboardAccessToken) {
    return undefined;
  }
  return getGrafanaLiveSrv();
}

const notWatched = new Set<string>([CoreApp.UnifiedAlerting, CoreApp.CloudAlerting, CoreApp.Correlations]);

export function isLive(stored: WireGuardQuery): boolean {
  const query = normaliseQuery(stored);
  return !hasUnknownType(stored) && isRows(query) && query.live === true;
}

/** Takes a query without variables. */
export function liveData(query: RowsQuery, { intervalMs, range }: DataQueryRequest, { floor, poll }: Pace): LiveData {
  const { queryType, format, metric, filter, adhoc } = query;
  return {
    // In this order, and without the rest: the path is made of it.
    query: { queryType, format, ...(metric && { metric }), ...(filter && { filter }), ...(adhoc && { adhoc }) },
    intervalMs: roundUp(Math.max(floor, Math.min(intervalMs, poll)), second),
    rangeMs: format === 'time_series' ? roundUp(range.to.valueOf() - range.from.valueOf(), minute) : 0,
  };
}

/**
 * What an ordinary query answers, until the stream has something: a stream takes a moment to begin, and where no WebSocket
 * comes through it never does.
 */
export function liveResponses(answer: Observable<DataQueryResponse>, stream: Observable<DataQueryResponse>, key: string) {
  const values = stream.pipe(
    filter(({ data, error, errors }) => data.length > 0 || error !== undefined || errors !== undefined),
    share()
  );
  // Under the key of the stream, or Grafana would show both.
  return merge(values, answer.pipe(takeUntil(values), map((response) => ({ ...response, key }))));
}

export const liveKey = (request: DataQueryRequest, refId: string): string => `${request.requestId}.${refId}`;

export function liveStream(
  live: GrafanaLiveSrv,
  uid: string,
  data: LiveData,
  refId: string,
  request: DataQueryRequest
): Observable<DataQueryResponse> {
  return live
    .getDataStream({ addr: liveAddress(uid, data), key: liveKey(request, refId), buffer: buffer(data, request) })
    .pipe(
      map((response) => {
        for (const frame of response.data as Array<DataFrame | undefined>) {
          // The back end does not know it: panels that call it differently share the stream.
          if (frame && !frame.refId) {
            frame.refId = refId;
          }
        }
        return response;
      })
    );
}

function liveAddress(uid: string, data: LiveData): LiveChannelAddress {
  // The older ones of our range of Grafana versions know `stream` as `namespace`.
  return { scope: LiveChannelScope.DataSource, stream: uid, namespace: uid, path: livePath(data), data };
}

function buffer({ query, intervalMs }: LiveData, { range, maxDataPoints = 0 }: DataQueryRequest) {
  const format: Format = query.format;
  const maxDelta = range.to.valueOf() - range.from.valueOf();
  // A day has more polls than a panel has points.
  const points = Math.min(Math.ceil(maxDelta / intervalMs) + 1, maxRows);
  switch (format) {
    case 'table':
    case 'numeric':
      return { action: StreamingFrameAction.Replace, maxLength: maxRows };
    case 'time_series':
      return { action: StreamingFrameAction.Append, maxLength: Math.max(1000, maxDataPoints, points), maxDelta };
  }
}

/** A name for the data that fits into a channel's path: two hashes of it. The back end checks that they belong together. */
export function livePath(data: LiveData): string {
  const bytes = new TextEncoder().encode(JSON.stringify(data));
  return `live/${fnv1a(bytes, fnvBasis)}${fnv1a(bytes, fnvBasis ^ fnvPrime)}`;
}

const fnvBasis = 0x811c9dc5;
const fnvPrime = 0x01000193;

function fnv1a(bytes: Uint8Array, basis: number): string {
  const hash = bytes.reduce((state, byte) => Math.imul(state ^ byte, fnvPrime), basis);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;
