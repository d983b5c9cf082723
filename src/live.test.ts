import { CoreApp, type DataQueryRequest, dateTime } from '@grafana/data';

import { isLive, type LiveData, liveData, livePace, livePath } from './live';
import type { Settings } from './settings';
import type { RowsQuery, WireGuardQuery } from './types';

const plain: LiveData = { query: { queryType: 'interfaces', format: 'table' }, intervalMs: 5000, rangeMs: 0 };

describe('livePath', () => {
  // The Go tests have the same literals: what is sent and what is checked must agree byte by byte.
  test.each<[string, LiveData, string]>([
    ['{"query":{"queryType":"interfaces","format":"table"},"intervalMs":5000,"rangeMs":0}', plain, 'live/c97bdc3db8821678'],
    [
      '{"query":{"queryType":"peers","format":"time_series","metric":"rx_rate","filter":{"firewalls":["hq"],' +
        '"peers":["Zürich → 東京 🔑"]}},"intervalMs":30000,"rangeMs":3600000}',
      {
        query: {
          queryType: 'peers',
          format: 'time_series',
          metric: 'rx_rate',
          filter: { firewalls: ['hq'], peers: ['Zürich → 東京 🔑'] },
        },
        intervalMs: 30_000,
        rangeMs: 3_600_000,
      },
      'live/a4054b6752177954',
    ],
  ])('%s', (json, data, path) => {
    expect(JSON.stringify(data)).toBe(json);
    expect(livePath(data)).toBe(path);
  });

  test('has a place for every digit, and only signs that a channel may have', () => {
    for (let intervalMs = 1; intervalMs < 2000; intervalMs++) {
      expect(livePath({ ...plain, intervalMs })).toMatch(/^live\/[0-9a-f]{16}$/);
    }
  });
});

test.each<[string, object, ReturnType<typeof livePace>]>([
  ['nothing', {}, { floor: 5000, poll: 30_000 }],
  ['what is no duration', { liveMinInterval: 'soon', pollInterval: [] }, { floor: 5000, poll: 30_000 }],
  ['empty texts', { liveMinInterval: '', pollInterval: '' }, { floor: 5000, poll: 30_000 }],
  ['off', { liveMinInterval: '0' }, undefined],
  ['off, as a number', { liveMinInterval: 0 }, undefined],
  ['off, with a unit', { liveMinInterval: '0s' }, undefined],
  ['durations', { liveMinInterval: '1s', pollInterval: '1m30s' }, { floor: 1000, poll: 90_000 }],
])('livePace of %s', (_, settings, pace) => {
  expect(livePace(settings as Settings)).toEqual(pace);
});

test.each<[string, object, boolean]>([
  ['nothing', {}, false],
  ['a type of another version', { queryType: 'traces', live: true }, false],
  ['a type that is never live', { queryType: 'promql', expr: 'up', live: true }, false],
  ['events', { queryType: 'events', live: true }, false],
  ['a text', { queryType: 'peers', live: 'true' }, false],
  ['off', { queryType: 'peers', live: false }, false],
  ['on', { queryType: 'peers', live: true }, true],
])('isLive: %s', (_, query, live) => {
  expect(isLive({ refId: 'A', ...query } as WireGuardQuery)).toBe(live);
});

describe('liveData', () => {
  const query: RowsQuery = { refId: 'A', queryType: 'peers', format: 'table', live: true, hide: false };
  const series: RowsQuery = { ...query, format: 'time_series', metric: 'rx_rate' };
  const to = dateTime('2026-01-01T12:00:00Z');

  const request = (intervalMs: number, rangeMs = 0) =>
    ({
      app: CoreApp.Dashboard,
      intervalMs,
      range: { from: dateTime(to.valueOf() - rangeMs), to, raw: { from: 'now-1h', to: 'now' } },
    }) as DataQueryRequest;

  test('keeps to what the back end needs, in one order', () => {
    const messy: RowsQuery = { filter: { peers: ['a'] }, metric: 'status', ...query, format: 'numeric', key: 'x' };
    expect(JSON.stringify(liveData(messy, request(5000), { floor: 5000, poll: 30_000 }))).toBe(
      '{"query":{"queryType":"peers","format":"numeric","metric":"status","filter":{"peers":["a"]}},"intervalMs":5000,"rangeMs":0}'
    );
  });

  test.each([
    ['faster than the floor', 200, { floor: 5000, poll: 30_000 }, 5000],
    ['slower than the poll', 60_000, { floor: 5000, poll: 30_000 }, 30_000],
    ['the floor above the poll', 60_000, { floor: 60_000, poll: 30_000 }, 60_000],
    ['parts of a second', 7200, { floor: 5000, poll: 30_000 }, 8000],
    ['a floor below a second', 1, { floor: 500, poll: 30_000 }, 1000],
    ['in between', 10_000, { floor: 5000, poll: 30_000 }, 10_000],
  ])('%s', (_, intervalMs, pace, expected) => {
    expect(liveData(query, request(intervalMs), pace).intervalMs).toBe(expected);
  });

  test.each([
    ['a table has no range', query, 3_600_000, 0],
    ['a part of a minute counts as one', series, 3_600_001, 3_660_000],
    ['whole minutes', series, 3_600_000, 3_600_000],
  ])('%s', (_, asked, rangeMs, expected) => {
    expect(liveData(asked, request(5000, rangeMs), { floor: 5000, poll: 30_000 }).rangeMs).toBe(expected);
  });
});
