import type { AdHocVariableFilter } from '@grafana/data';

import { joinFilters, labelFilters, labelFilterText } from './adhoc';
import { newDataSource } from './testkit';
import { labelKeys, type PromqlQuery, type WireGuardQuery } from './types';

const alice = { key: 'peer_name', operator: '=', value: 'alice' };
const wg0 = { key: 'device', operator: '=~', value: 'wg0' };

test.each([
  ['nothing', undefined, []],
  ['a text', 'device', []],
  ['an object', alice, []],
  ['entries that are none', [null, 7, 'x', [], {}, { ...alice, value: 3 }, { key: 'device', value: 'wg0' }, alice], [alice]],
  ['what Grafana adds', [{ ...alice, origin: 'dashboard', condition: 'AND', values: ['alice'] }], [alice]],
  ['one of none', [{ ...alice, operator: '=|', values: [] }], [{ ...alice, operator: '=|' }]],
  ['one of several', [{ ...alice, operator: '!=|', values: ['a', 2] }], [{ ...alice, operator: '!=|', values: ['a', '2'] }]],
  ['what the back end refuses', [{ key: 'job', operator: '<', value: '' }], [{ key: 'job', operator: '<', value: '' }]],
])('labelFilters: %s', (_, stored, expected) => {
  expect(labelFilters(stored)).toEqual(expected);
});

test('those of the query come first, and variables are filled in as each operator wants', () => {
  const replace = jest.fn((text = '', _vars?: unknown, format?: unknown) => `${text}/${String(format)}`);
  const several: AdHocVariableFilter = { key: 'device', operator: '=|', value: '$a', values: ['$a', 'b'] };
  expect(joinFilters([wg0], [several], { replace }, {})).toEqual([
    { ...wg0, value: 'wg0/regex' },
    { key: 'device', operator: '=|', value: '$a/undefined', values: ['$a/undefined', 'b/undefined'] },
  ]);
});

test('labelFilterText', () => {
  expect([alice, { ...wg0, operator: '!=|', values: ['wg0', 'wg1'] }].map(labelFilterText)).toEqual([
    'peer_name = alice',
    'device !=| wg0, wg1',
  ]);
});

describe('the data source', () => {
  const query = { refId: 'A', queryType: 'peers', format: 'table' } as const;
  const promql: PromqlQuery = { refId: 'A', queryType: 'promql', format: 'table', expr: 'up{a="$fw"}' };

  test('without ad-hoc filters a query is as it was', () => {
    expect(newDataSource().applyTemplateVariables(query, {}, [])).toBe(query);
  });

  test.each<[WireGuardQuery, object]>([
    [query, { ...query, adhoc: [alice] }],
    [promql, { ...promql, expr: 'up{a="hq"}', adhoc: [alice] }],
    [{ ...query, filter: { firewalls: ['$fw'] } }, { ...query, filter: { firewalls: ['hq'] }, adhoc: [alice] }],
    [{ ...query, adhoc: [wg0] }, { ...query, adhoc: [wg0, alice] }],
  ])('hands them on: %j', (asked, expected) => {
    expect(newDataSource({ fw: 'hq' }).applyTemplateVariables(asked, {}, [alice])).toEqual(expected);
  });

  test('a query that is handed on keeps them', () => {
    const [handed] = newDataSource().interpolateVariablesInQueries([query], {}, [alice]);
    expect(handed).toEqual({ ...query, adhoc: [alice] });
  });

  test('the keys are the labels', async () => {
    await expect(newDataSource().getTagKeys()).resolves.toEqual(labelKeys.map((text) => ({ text })));
  });

  const row = { opnsense_instance: 'hq', device: 'wg1', device_name: 'staff', public_key: 'K1=' };
  test.each([
    ['job', [], [], []],
    ['toString', [], [], []],
    ['peer_name', { error: 'x' }, ['peers'], []],
    ['peer_name', [row, { ...row, peer_name: 'bob' }, { ...row, peer_name: 'alice' }, { ...row, peer_name: 'bob' }], ['peers'], ['alice', 'bob']],
    ['public_key', [row], ['peers'], ['K1=']],
    ['device', [row, { ...row, device: 'wg0' }], ['interfaces'], ['wg0', 'wg1']],
    ['device_name', [row, row], ['interfaces'], ['staff']],
    ['opnsense_instance', [{ id: 'a', name: 'hq' }], ['firewalls'], ['hq']],
    ['site', [], [], ['false', 'true']],
  ])('values of %s', async (key, rows, routes, values) => {
    const datasource = newDataSource();
    const getResource = jest.spyOn(datasource, 'getResource').mockResolvedValue(rows);
    await expect(datasource.getTagValues({ key })).resolves.toEqual(values.map((text) => ({ text })));
    expect(getResource.mock.calls.map(([path]) => path)).toEqual(routes);
  });
});
