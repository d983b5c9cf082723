import {
  CoreApp,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  dateTime,
  FieldType,
  LoadingState,
} from '@grafana/data';
import { config, DataSourceWithBackend, type GrafanaLiveSrv, type LiveDataStreamOptions, setGrafanaLiveSrv } from '@grafana/runtime';
import { concat, lastValueFrom, NEVER, of, Subject, toArray } from 'rxjs';

import { liveResponses, livePath } from './live';
import type { Settings } from './settings';
import { newDataSource } from './testkit';
import type { WireGuardQuery } from './types';

const watched: WireGuardQuery = { refId: 'A', queryType: 'peers', format: 'table', live: true };
const polled: WireGuardQuery = { refId: 'B', queryType: 'peers', format: 'table' };
const field = { name: 'status', type: FieldType.number, config: {}, values: [] };
const frame = (refId?: string): DataFrame => ({ refId, fields: [field], length: 0 });

function newRequest(targets: WireGuardQuery[], part: object = {}): DataQueryRequest<WireGuardQuery> {
  const to = dateTime('2026-01-01T12:00:00Z');
  return {
    requestId: 'Q1',
    app: CoreApp.Dashboard,
    intervalMs: 15_000,
    interval: '15s',
    scopedVars: {},
    timezone: 'utc',
    startTime: 0,
    targets,
    range: { from: dateTime(to.valueOf() - 90_000), to, raw: { from: 'now-90s', to: 'now' } },
    ...part,
  };
}

/** What goes where: to the stream service of Grafana, or on to the back end as usual. */
function watch(answer: DataQueryResponse = { data: [frame()], key: 'stream' }) {
  const streams: LiveDataStreamOptions[] = [];
  const getDataStream = (options: LiveDataStreamOptions) => {
    streams.push(options);
    return of(answer);
  };
  setGrafanaLiveSrv({ getDataStream } as unknown as GrafanaLiveSrv);
  const query = jest.spyOn(DataSourceWithBackend.prototype, 'query').mockReturnValue(of({ data: [frame('B')] }));
  return {
    streams,
    asUsual: () => query.mock.calls.flatMap(([request]) => request.targets as WireGuardQuery[]),
    run: (request: DataQueryRequest<WireGuardQuery>, jsonData?: object, variables = {}) =>
      lastValueFrom(newDataSource(variables, jsonData as Settings).query(request).pipe(toArray())),
  };
}

describe('what is not streamed', () => {
  const absolute = dateTime('2026-01-01T12:00:00Z');

  test.each<[string, object, object]>([
    ['an absolute range', { range: { from: absolute, to: absolute, raw: { from: absolute, to: absolute } } }, {}],
    ['a range that ends before now', { range: { from: absolute, to: absolute, raw: { from: 'now-2h', to: 'now-1h' } } }, {}],
    ['no range', { range: undefined }, {}],
    ['an alert rule', { app: CoreApp.UnifiedAlerting }, {}],
    ['an alert rule in a cloud', { app: CoreApp.CloudAlerting }, {}],
    ['a correlation', { app: CoreApp.Correlations }, {}],
    ['live switched off', {}, { liveMinInterval: '0' }],
    ['live switched off by a number', {}, { liveMinInterval: 0 }],
  ])('%s', async (_, part, jsonData) => {
    const { streams, asUsual, run } = watch();
    await run(newRequest([watched, polled], part), jsonData);
    expect(streams).toEqual([]);
    expect(asUsual()).toEqual([watched, polled]);
  });

  test('anything in a Grafana without Live', async () => {
    const { streams, asUsual, run } = watch();
    jest.replaceProperty(config, 'liveEnabled', false);
    await run(newRequest([watched]));
    expect([streams, asUsual()]).toEqual([[], [watched]]);
  });

  test('anything in a public dashboard', async () => {
    const { streams, asUsual, run } = watch();
    config.publicDashboardAccessToken = 'token';
    await run(newRequest([watched])).finally(() => delete config.publicDashboardAccessToken);
    expect([streams, asUsual()]).toEqual([[], [watched]]);
  });

  test('anything where there is no such service', async () => {
    const { asUsual, run } = watch();
    setGrafanaLiveSrv(undefined as unknown as GrafanaLiveSrv);
    await run(newRequest([watched]));
    expect(asUsual()).toEqual([watched]);
  });

  test('queries that are not live, of types that never are, and of other versions', async () => {
    const { streams, asUsual, run } = watch();
    const others = [
      polled,
      { refId: 'C', queryType: 'promql', format: 'numeric', expr: 'up', live: true },
      { refId: 'D', queryType: 'events', format: 'table', live: true },
      { refId: 'E', queryType: 'traces', live: true },
    ] as WireGuardQuery[];
    await run(newRequest(others));
    expect([streams, asUsual()]).toEqual([[], others]);
  });
});

test('live queries are streamed, the others run as usual, and their answers come together', async () => {
  const { streams, asUsual, run } = watch();
  const answers = await run(newRequest([watched, polled]));
  expect(streams).toHaveLength(1);
  expect(asUsual()).toEqual([polled]);
  expect(answers.map(({ data }) => data as DataFrame[])).toEqual([[frame('B')], [frame('A')]]);
});

test('where no stream comes through, the ordinary answer is shown in its place', () => {
  const { asUsual } = watch();
  const connecting = { data: [], state: LoadingState.Loading };
  setGrafanaLiveSrv({ getDataStream: () => concat(of(connecting), NEVER) } as unknown as GrafanaLiveSrv);
  const shown: DataQueryResponse[] = [];
  const subscription = newDataSource()
    .query(newRequest([watched]))
    .subscribe((response) => shown.push(response));
  expect(asUsual()).toEqual([watched]);
  expect(shown).toEqual([{ data: [frame('B')], key: 'Q1.A' }]);
  subscription.unsubscribe();
});

test('an ordinary answer that comes after the stream began is dropped', () => {
  const answer = new Subject<DataQueryResponse>();
  const stream = new Subject<DataQueryResponse>();
  const shown: DataQueryResponse[] = [];
  const subscription = liveResponses(answer, stream, 'key').subscribe((response) => shown.push(response));
  stream.next({ data: [frame('first')] });
  answer.next({ data: [frame('late')] });
  stream.next({ data: [], error: { message: 'broken' } });
  expect(shown).toEqual([{ data: [frame('first')] }, { data: [], error: { message: 'broken' } }]);
  subscription.unsubscribe();
  expect([answer.observed, stream.observed]).toEqual([false, false]);
});

test('the stream is asked for by the query without variables, and by nothing else of it', async () => {
  const { streams, run } = watch();
  const query: WireGuardQuery = { ...watched, hide: false, filter: { peers: ['$who'], firewalls: ['$nobody'] } };
  await run(newRequest([query], { maxDataPoints: 500 }), undefined, { who: ['alice', 'bob'], nobody: [] });
  const data = {
    query: { queryType: 'peers', format: 'table', filter: { peers: ['alice', 'bob'] } },
    intervalMs: 15_000,
    rangeMs: 0,
  } as const;
  const path = livePath({ ...data, query: { ...data.query, filter: { peers: ['alice', 'bob'] } } });
  expect(streams).toEqual([
    {
      addr: { scope: 'ds', stream: 'wg', namespace: 'wg', path, data },
      key: 'Q1.A',
      buffer: { action: 'replace', maxLength: 10_000 },
    },
  ]);
});

test('ad-hoc filters make it another stream', async () => {
  const { streams, run } = watch();
  const filters = [{ key: 'device', operator: '=', value: 'wg0' }];
  await run(newRequest([watched]));
  await run(newRequest([watched], { filters }));
  expect(streams.map(({ addr }) => (addr.data as { query: object }).query)).toEqual([
    { queryType: 'peers', format: 'table' },
    { queryType: 'peers', format: 'table', adhoc: filters },
  ]);
  expect(new Set(streams.map(({ addr }) => addr.path)).size).toBe(2);
});

test.each([
  ['numeric', undefined, { action: 'replace', maxLength: 10_000 }],
  ['time_series', undefined, { action: 'append', maxLength: 1000, maxDelta: 90_000 }],
  ['time_series', 500, { action: 'append', maxLength: 1000, maxDelta: 90_000 }],
  ['time_series', 3000, { action: 'append', maxLength: 3000, maxDelta: 90_000 }],
] as const)('%s with %s points: what is kept', async (format, maxDataPoints, buffer) => {
  const { streams, run } = watch();
  await run(newRequest([{ ...watched, queryType: 'peers', format, metric: 'rx_rate' }], { maxDataPoints }));
  expect(streams[0]).toMatchObject({ buffer });
  expect(streams[0]?.addr.data).toMatchObject({ rangeMs: format === 'time_series' ? 120_000 : 0 });
});

test.each([
  ['a day', 86_400_000, 2881],
  ['a month', 30 * 86_400_000, 10_000],
])('the values of %s fit in, at the poll interval', async (_, length, maxLength) => {
  const { streams, run } = watch();
  const { range } = newRequest([]);
  const from = dateTime(range.to.valueOf() - length);
  const query: WireGuardQuery = { ...watched, queryType: 'peers', format: 'time_series', metric: 'rx_rate' };
  await run(newRequest([query], { intervalMs: 60_000, maxDataPoints: 1500, range: { ...range, from } }));
  expect(streams[0]).toMatchObject({ buffer: { maxLength, maxDelta: length } });
});

test('the settings bound the interval', async () => {
  const { streams, run } = watch();
  await run(newRequest([watched], { intervalMs: 100 }), { liveMinInterval: '2s' });
  await run(newRequest([watched], { intervalMs: 100_000 }), { pollInterval: '1m' });
  expect(streams.map(({ addr }) => (addr.data as { intervalMs: number }).intervalMs)).toEqual([2000, 60_000]);
});

test('two panels and two queries have a key each, and the same stream', async () => {
  const { streams, run } = watch();
  await run(newRequest([watched, { ...watched, refId: 'B' }]));
  await run(newRequest([watched], { requestId: 'Q2' }));
  expect(streams.map(({ key }) => key)).toEqual(['Q1.A', 'Q1.B', 'Q2.A']);
  expect(new Set(streams.map(({ addr }) => addr.path)).size).toBe(1);
});

test('errors and frames that have their name pass', async () => {
  const broken = { data: [undefined, frame('X')], error: { message: 'refused' } };
  const [answer] = await watch(broken).run(newRequest([watched]));
  expect(answer).toEqual({ data: [undefined, frame('X')], error: { message: 'refused' } });
});
