import {
  CoreApp,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  dateTime,
  LoadingState,
  type TimeRange,
} from '@grafana/data';
import { useEffect, useState } from 'react';
import { catchError, map, of, startWith } from 'rxjs';

import type { WireGuardDataSource } from '../../src/datasource';
import type { WireGuardQuery } from '../../src/types';

export interface Frames {
  state: LoadingState;
  frames: DataFrame[];
  error?: string;
  range: TimeRange;
}

/** The time until now. */
export function lastMinutes(minutes: number): TimeRange {
  const to = dateTime();
  const from = dateTime(to).subtract(minutes, 'minutes');
  return { from, to, raw: { from: `now-${minutes}m`, to: 'now' } };
}

export const minutesShown = 15;

let asked = 0;

function newRequest(targets: WireGuardQuery[], range: TimeRange): DataQueryRequest<WireGuardQuery> {
  asked++;
  return {
    app: CoreApp.Explore,
    requestId: `page-${asked}`,
    targets,
    range,
    interval: '10s',
    intervalMs: 10_000,
    maxDataPoints: 1000,
    scopedVars: {},
    timezone: 'browser',
    startTime: Date.now(),
  };
}

/** What queries answer, asked anew with each tick; what was there stays in sight meanwhile. Undefined: nothing was asked. */
export function useFrames(datasource: WireGuardDataSource, targets: WireGuardQuery[] | undefined, tick: number): Frames | undefined {
  const [known, setKnown] = useState<Frames>();

  useEffect(() => {
    if (!targets) {
      return;
    }
    const range = lastMinutes(minutesShown);
    // As Grafana does: what cannot be run yet, an expression that is empty, is not sent.
    const ready = targets.filter((query) => datasource.filterQuery(query));
    const answer = (ready.length > 0 ? datasource.query(newRequest(ready, range)) : of<DataQueryResponse>({ data: [] })).pipe(
      map((response) => asFrames(response, range)),
      catchError((failed: unknown) => of(asFrames({ data: [], error: { message: String(failed) } }, range))),
      startWith(undefined)
    );
    const subscription = answer.subscribe((now) =>
      setKnown((before) => now ?? { frames: [], range, ...before, state: LoadingState.Loading })
    );
    return () => subscription.unsubscribe();
  }, [datasource, targets, tick]);

  return known;
}

function asFrames({ data, error, errors }: DataQueryResponse, range: TimeRange): Frames {
  const message = (error ?? errors?.[0])?.message;
  return {
    state: message === undefined ? LoadingState.Done : LoadingState.Error,
    frames: data as DataFrame[],
    error: message,
    range,
  };
}
