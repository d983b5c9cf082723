import { queryText } from './queryText';
import { newDataSource } from './testkit';
import type { WireGuardQuery } from './types';

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'Interfaces · Table'],
  ['an empty query', { refId: 'A' }, 'Interfaces · Table'],
  ['a type of another version', { queryType: 'traces', format: 'table' }, 'traces'],
  ['a type that is no text', { queryType: 7 }, '7'],
  ['filters that are none', { queryType: 'peers', filter: { peers: [], firewalls: 3 } }, 'Peers · Table'],
  ['no expression', { queryType: 'promql', expr: '  ' }, 'PromQL'],
  ['an expression', { queryType: 'promql', format: 'numeric', expr: ' up == 0\n' }, 'up == 0'],
  [
    'a metric, and what narrows it',
    { queryType: 'interfaces', format: 'time_series', metric: 'rx_rate', filter: { firewalls: ['hq', '$fw'] }, live: true },
    'Interfaces · Received bytes per second · Time series · Firewalls: hq, $fw · Live',
  ],
  [
    'every filter',
    { queryType: 'peers', filter: { interfaces: ['wg1'], peers: ['/a.*/'], statuses: ['stale'], interfaceUp: true, site: true } },
    'Peers · Table · Interfaces: wg1 · Peers: /a.*/ · Statuses: stale · Only where the interface is up · Only sites',
  ],
  ['no sites', { queryType: 'peers', filter: { site: false } }, 'Peers · Table · All but sites'],
  [
    'ad-hoc filters',
    { queryType: 'firewalls', adhoc: [{ key: 'opnsense_instance', operator: '!=', value: 'hq' }] },
    'Firewalls · Table · opnsense_instance != hq',
  ],
  ['problems', { queryType: 'problems', filter: { peers: ['hq'] } }, 'Problems · Table · Peers: hq'],
  ['events', { queryType: 'events', filter: { kinds: ['site', 'peer'] } }, 'Events · Table · Kinds: site, peer'],
])('%s', (_, query, text) => {
  expect(queryText(query)).toBe(text);
});

test('is what the data source shows in a collapsed row', () => {
  expect(newDataSource().getQueryDisplayText({ refId: 'A', queryType: 'firewalls' } as WireGuardQuery)).toBe(
    'Firewalls · Table'
  );
});
