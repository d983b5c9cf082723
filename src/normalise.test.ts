import { hasUnknownType, normaliseQuery, normaliseVariable } from './normalise';
import { queryTypes } from './types';

describe('normaliseQuery', () => {
  const plain = { refId: 'A', queryType: 'interfaces', format: 'table' };

  test.each([
    ['nothing', undefined, plain],
    ['null', null, plain],
    ['a text', 'up', plain],
    ['a number', 7, plain],
    ['a list', [{ queryType: 'peers' }], plain],
    ['an empty object', {}, plain],
    ['types that are no text', { refId: 1, queryType: {}, format: [], metric: 3, filter: 'hq' }, plain],
    ['an unknown type', { refId: 'B', queryType: 'traces' }, { ...plain, refId: 'B' }],
    ['a name from the prototype', { queryType: 'constructor', format: 'toString' }, plain],
    ['an unknown format', { queryType: 'peers', format: 'heatmap' }, { ...plain, queryType: 'peers' }],
    ['a metric in a table', { metric: 'status' }, plain],
    ['a numeric query without a metric', { format: 'numeric' }, { ...plain, format: 'numeric', metric: 'status' }],
    [
      'a metric of another type',
      { queryType: 'firewalls', format: 'numeric', metric: 'handshake_age' },
      { refId: 'A', queryType: 'firewalls', format: 'numeric', metric: 'up' },
    ],
    ['a filter of another type', { filter: { peers: ['alice'], interfaceUp: true } }, plain],
    ['filters that hold nothing', { filter: { firewalls: [], interfaces: [''], statuses: null } }, plain],
    ['a filter that is a text', { filter: { interfaces: 'wg1' } }, { ...plain, filter: { interfaces: ['wg1'] } }],
    [
      'what is no text within a list',
      { filter: { interfaces: [1, 'wg1', null, 'wg1'] } },
      { ...plain, filter: { interfaces: ['wg1'] } },
    ],
    [
      'truth values that are none',
      { queryType: 'peers', filter: { interfaceUp: 'yes', site: 'false' } },
      { ...plain, queryType: 'peers' },
    ],
    ['interfaceUp that is off', { queryType: 'peers', filter: { interfaceUp: false } }, { ...plain, queryType: 'peers' }],
    ['live that is no truth value', { live: 'yes' }, plain],
    ['live that is off', { live: false }, plain],
    ['fields of PromQL in another type', { expr: 'up', legendFormat: '{{device}}' }, plain],
    ['kinds of another type', { filter: { kinds: ['site'] } }, plain],
    [
      'a time series without a metric',
      { queryType: 'peers', format: 'time_series' },
      { refId: 'A', queryType: 'peers', format: 'time_series', metric: 'status' },
    ],
    ['ad-hoc filters that are none', { adhoc: [{ key: 'device' }, 'x'] }, plain],
    [
      'ad-hoc filters of every type',
      { queryType: 'promql', expr: 'up', adhoc: [{ key: 'device', operator: '=', value: 'wg0', origin: 'dashboard' }] },
      {
        refId: 'A',
        queryType: 'promql',
        format: 'time_series',
        expr: 'up',
        adhoc: [{ key: 'device', operator: '=', value: 'wg0' }],
      },
    ],
    ['sites of another type', { filter: { site: false } }, plain],
    ['a site that is null', { queryType: 'peers', filter: { site: null } }, { ...plain, queryType: 'peers' }],
  ])('%s', (_, stored, expected) => {
    expect(normaliseQuery(stored)).toEqual(expected);
  });

  test('leaves a good query as it is, with the keys that are not of the model', () => {
    const good = {
      refId: 'C',
      hide: true,
      datasource: { uid: 'wg' },
      queryType: 'peers',
      format: 'numeric',
      metric: 'handshake_age',
      filter: { firewalls: ['$fw'], interfaces: ['/wg[12]/'], peers: ['alice'], statuses: ['stale'], interfaceUp: true },
    };
    expect(normaliseQuery(good)).toEqual(good);
  });

  test('of problems what it has filters for', () => {
    const filter = { firewalls: ['hq'], interfaces: ['wg1'], peers: ['$peer'] };
    const stored = { queryType: 'problems', format: 'numeric', metric: 'status', live: true, filter: { ...filter, kinds: ['site'] } };
    expect(normaliseQuery(stored)).toEqual({ refId: 'A', queryType: 'problems', format: 'table', filter });
  });

  const events = { refId: 'A', queryType: 'events', format: 'table' };
  const promql = { refId: 'A', queryType: 'promql', format: 'time_series', expr: '' };

  test.each([
    ['events in a format that they do not have', { queryType: 'events', format: 'numeric', metric: 'status' }, events],
    ['live events', { queryType: 'events', live: true, expr: 'up' }, events],
    ['statuses of events', { queryType: 'events', filter: { statuses: ['up'], site: true } }, events],
    [
      'a kind that is a text',
      { queryType: 'events', filter: { kinds: 'site', peers: ['a'] } },
      { ...events, filter: { peers: ['a'], kinds: ['site'] } },
    ],
    ['PromQL without an expression', { queryType: 'promql' }, promql],
    ['an expression that is no text', { queryType: 'promql', expr: 7, legendFormat: {} }, promql],
    ['PromQL in an unknown format', { queryType: 'promql', format: 'heatmap', expr: 'up' }, { ...promql, expr: 'up' }],
    [
      'PromQL with what other types have',
      { queryType: 'promql', expr: 'up', metric: 'status', filter: { firewalls: ['hq'] }, live: true },
      { ...promql, expr: 'up' },
    ],
    ['a legend of nothing', { queryType: 'promql', expr: 'up', legendFormat: '' }, { ...promql, expr: 'up' }],
    [
      'a legend where there are no series',
      { queryType: 'promql', format: 'numeric', expr: 'up', legendFormat: '{{device}}' },
      { ...promql, format: 'numeric', expr: 'up' },
    ],
    [
      'a good expression, as it was typed',
      { queryType: 'promql', expr: ' up\n', legendFormat: '{{device}}' },
      { ...promql, expr: ' up\n', legendFormat: '{{device}}' },
    ],
  ])('%s', (_, stored, expected) => {
    expect(normaliseQuery(stored)).toEqual(expected);
  });

  test.each(['table', 'numeric', 'time_series'])('keeps live in the format %s', (format) => {
    expect(normaliseQuery({ queryType: 'firewalls', format, live: true })).toMatchObject({ format, live: true });
  });

  test.each([true, false])('keeps site: %s, for both mean something', (site) => {
    const good = { refId: 'A', queryType: 'peers', format: 'table', filter: { site } };
    expect(normaliseQuery(good)).toEqual(good);
  });

  test.each([
    ['interfaces', 'both_nodes_up'],
    ['peers', 'site_down'],
    ['peers', 'no_return_traffic'],
    ['interfaces', 'rx_rate'],
    ['peers', 'tx_rate'],
  ])('knows %s %s', (queryType, metric) => {
    expect(normaliseQuery({ queryType, format: 'numeric', metric })).toMatchObject({ queryType, metric });
  });

  test.each(queryTypes)('gives the same again when it is asked twice: %s', (queryType) => {
    const once = normaliseQuery({ queryType, format: 'numeric', filter: { firewalls: ['hq'] } });
    expect(normaliseQuery(once)).toEqual(once);
  });
});

test('hasUnknownType is for types of other versions, not for what is missing', () => {
  expect([{ queryType: 'traces' }, { queryType: 5 }].map(hasUnknownType)).toEqual([true, true]);
  expect([undefined, {}, { queryType: '' }, { queryType: 'peers' }].map(hasUnknownType)).toEqual(Array(4).fill(false));
});

test.each([
  ['nothing', undefined, { refId: 'A', kind: 'firewalls' }],
  ['a text, as older variables are stored', 'label_values(x)', { refId: 'A', kind: 'firewalls' }],
  ['an unknown kind', { refId: 'V', kind: 'events' }, { refId: 'V', kind: 'firewalls' }],
  ['a filter that does not fit', { kind: 'interfaces', filter: { interfaces: ['wg1'] } }, { refId: 'A', kind: 'interfaces' }],
  [
    'a good one',
    { refId: 'V', kind: 'peers', filter: { firewalls: ['$fw'], interfaces: ['wg1'] } },
    { refId: 'V', kind: 'peers', filter: { firewalls: ['$fw'], interfaces: ['wg1'] } },
  ],
])('normaliseVariable: %s', (_, stored, expected) => {
  expect(normaliseVariable(stored)).toEqual(expected);
});
