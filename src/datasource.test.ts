import { CoreApp, type DataQueryRequest, dateTime } from '@grafana/data';
import { type HealthCheckResult, HealthStatus } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';

import { texts } from './selectors';
import { newDataSource } from './testkit';
import type { EventsQuery, PeersQuery, PromqlQuery, VariableQuery, WireGuardQuery } from './types';
import { VariableSupport } from './variables';

describe('testDatasource', () => {
  function answering(health: Partial<HealthCheckResult> | undefined) {
    const datasource = newDataSource();
    jest.spyOn(datasource, 'callHealthCheck').mockResolvedValue(health as HealthCheckResult);
    return datasource.testDatasource();
  }

  test('says so when nothing came back', async () => {
    await expect(answering(undefined)).rejects.toMatchObject({ status: 'error', message: texts.health.noAnswer });
  });

  test('hands on what an error has in detail', async () => {
    const details = { verboseMessage: 'hq: 401' };
    await expect(answering({ status: HealthStatus.Error, message: 'hq: refused', details })).rejects.toMatchObject({
      status: 'error',
      message: 'hq: refused',
      error: { name: 'HealthCheckError', message: 'hq: refused', details },
    });
  });

  test('leaves out details that are no text', async () => {
    const details = { verboseMessage: { lines: 3 } };
    await expect(answering({ status: HealthStatus.OK, message: 'fine', details })).resolves.toEqual({
      status: 'success',
      message: 'fine',
      details: undefined,
    });
  });

  test('shows the details when all is well, too', async () => {
    const details = { verboseMessage: 'hq: read in 120 ms', firewalls: [] };
    await expect(answering({ status: HealthStatus.OK, message: 'fine', details })).resolves.toEqual({
      status: 'success',
      message: 'fine',
      details: { verboseMessage: 'hq: read in 120 ms' },
    });
  });
});

describe('queries', () => {
  const peers: PeersQuery = { refId: 'A', queryType: 'peers', format: 'table' };
  const promql: PromqlQuery = { refId: 'A', queryType: 'promql', format: 'time_series', expr: '' };

  test('what another version or a person wrote into a filter does not break them', () => {
    const odd = { ...peers, filter: { firewalls: 'hq', peers: null } } as unknown as WireGuardQuery;
    expect(newDataSource().applyTemplateVariables(odd, {})).toEqual(odd);
  });

  test('without a filter they are as they were', () => {
    expect(newDataSource({ fw: 'hq' }).applyTemplateVariables(peers, {})).toBe(peers);
  });

  test('variables are filled into every list', () => {
    const query: PeersQuery = {
      ...peers,
      filter: { firewalls: ['$fw'], interfaces: ['/$if/'], peers: ['$nobody'], statuses: ['${st}'], interfaceUp: true },
    };
    const datasource = newDataSource({ fw: ['hq', 'dc'], if: ['wg1', 'wg2'], nobody: [], st: 'stale' });
    expect(datasource.applyTemplateVariables(query, {})).toEqual({
      ...peers,
      filter: { firewalls: ['hq', 'dc'], interfaces: ['/(wg1|wg2)/'], peers: [], statuses: ['stale'], interfaceUp: true },
    });
  });

  test('kinds of events are interpolated as the other lists', () => {
    const events: EventsQuery = { refId: 'A', queryType: 'events', format: 'table', filter: { kinds: ['$kind', 'peer'] } };
    expect(newDataSource({ kind: ['site', 'peer'] }).applyTemplateVariables(events, {})).toEqual({
      ...events,
      filter: { kinds: ['site', 'peer'] },
    });
  });

  test('variables are filled into expressions and legends, each in its way', () => {
    const query: PromqlQuery = { ...promql, expr: 'rate(a{b=~"$fw"}[$__interval])', legendFormat: '$fw {{device}}' };
    const scopedVars = { __interval: { value: '15s' } };
    expect(newDataSource({ fw: ['a.b', 'c'] }).applyTemplateVariables(query, scopedVars)).toEqual({
      ...query,
      expr: 'rate(a{b=~"(a\\\\.b|c)"}[$__interval])',
      legendFormat: 'a.b,c {{device}}',
    });
  });

  test.each([{}, { expr: undefined }, { expr: '' }])('half of a PromQL query is left as it is: %j', (part) => {
    const half = { refId: 'A', queryType: 'promql', ...part } as PromqlQuery;
    expect(newDataSource().applyTemplateVariables(half, {})).toEqual(half);
  });

  test.each<[string, object, boolean]>([
    ['hidden', { ...peers, hide: true }, false],
    ['an expression that is no text', { ...promql, expr: 7 }, false],
    ['no expression', { queryType: 'promql' }, false],
    ['a blank expression', { ...promql, expr: ' \n' }, false],
    ['a hidden expression', { ...promql, expr: 'up', hide: true }, false],
    ['an expression', { ...promql, expr: 'up' }, true],
    ['nothing: all has a default', { refId: 'A' }, true],
    ['a type of another version', { queryType: 'traces' }, true],
  ])('filterQuery: %s', (_, query, runs) => {
    expect(newDataSource().filterQuery(query as WireGuardQuery)).toBe(runs);
  });

  test('an alert rule starts with numbers, the others with a table', () => {
    const datasource = newDataSource();
    expect(datasource.getDefaultQuery(CoreApp.UnifiedAlerting)).toEqual({
      queryType: 'interfaces',
      format: 'numeric',
      metric: 'status',
    });
    for (const app of [CoreApp.Explore, CoreApp.PanelEditor, CoreApp.Dashboard, CoreApp.Unknown]) {
      expect(datasource.getDefaultQuery(app)).toEqual({ queryType: 'interfaces', format: 'table' });
    }
  });
});

describe('variables', () => {
  function run(query: unknown, rows: unknown) {
    const datasource = newDataSource({ fw: ['hq', 'dc'] });
    const getResource = jest.spyOn(datasource, 'getResource').mockResolvedValue(rows);
    const now = dateTime();
    const request = {
      targets: [query],
      scopedVars: {},
      range: { from: now, to: now, raw: { from: now, to: now } },
    } as unknown as DataQueryRequest<VariableQuery>;
    const answer = new VariableSupport(datasource).query(request);
    return { getResource, data: lastValueFrom(answer).then(({ data }) => data as unknown[]) };
  }
  const quiet = { showErrorAlert: false };

  test('an answer that is no list has no values', async () => {
    await expect(run({ kind: 'firewalls' }, { error: 'x' }).data).resolves.toEqual([]);
  });

  test('a failing route fails the variable', async () => {
    const datasource = newDataSource();
    jest.spyOn(datasource, 'getResource').mockRejectedValue(new Error('down'));
    await expect(datasource.choices('peers')).rejects.toThrow('down');
  });

  test('a query of nothing asks for firewalls', async () => {
    const { getResource, data } = run('', [{ id: 'hq', name: 'HQ', url: 'https://hq', up: false }]);
    await expect(data).resolves.toEqual([{ text: 'HQ', value: 'HQ' }]);
    expect(getResource).toHaveBeenCalledWith('firewalls', undefined, quiet);
  });

  test('interfaces of the firewalls of another variable, each name once, in order', async () => {
    const row = { opnsense_instance: 'hq', status: 'up' };
    const { getResource, data } = run({ kind: 'interfaces', filter: { firewalls: ['$fw'] } }, [
      { ...row, device: 'wg10', device_name: 'tunnel 10' },
      { ...row, device: 'wg3' },
      { ...row, device: 'wg2', device_name: 'tunnel 2' },
      { ...row, opnsense_instance: 'dc', device: 'wg1', device_name: 'tunnel 2' },
    ]);
    await expect(data).resolves.toEqual(['tunnel 2', 'tunnel 10', 'wg3'].map((name) => ({ text: name, value: name })));
    expect(getResource).toHaveBeenCalledWith('interfaces', { firewall: ['hq', 'dc'] }, quiet);
  });

  test('peers of some interfaces, by name or else by key', async () => {
    const row = { opnsense_instance: 'hq', device: 'wg1', device_name: 'staff' };
    const { getResource, data } = run({ kind: 'peers', filter: { interfaces: ['/staff.*/'] } }, [
      { ...row, public_key: 'KEY=' },
      { ...row, peer_name: 'alice', public_key: 'K1=' },
    ]);
    await expect(data).resolves.toEqual(['alice', 'KEY='].map((name) => ({ text: name, value: name })));
    expect(getResource).toHaveBeenCalledWith('peers', { firewall: undefined, interface: ['/staff.*/'] }, quiet);
  });
});
