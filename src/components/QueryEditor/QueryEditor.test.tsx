import { CoreApp } from '@grafana/data';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';

import { texts } from '../../selectors';
import { choose, newDataSource, openList } from '../../testkit';
import { queryTypes, type WireGuardQuery } from '../../types';
import { QueryEditor } from './QueryEditor';

const words = texts.query;

/** Renders the editor as a panel does, keeping what it hands out. */
function edit(stored: object, datasource = newDataSource(), app?: CoreApp) {
  const seen = { query: stored as WireGuardQuery, runs: 0 };
  function Panel() {
    const [query, setQuery] = useState(seen.query);
    const keep = (changed: WireGuardQuery) => {
      seen.query = changed;
      setQuery(changed);
    };
    return (
      <QueryEditor app={app} datasource={datasource} query={query} onChange={keep} onRunQuery={() => seen.runs++} />
    );
  }
  render(<Panel />);
  return seen;
}

function answering(rows: unknown[], variables?: Record<string, string>) {
  const datasource = newDataSource(variables);
  const getResource = jest.spyOn(datasource, 'getResource').mockResolvedValue(rows);
  return { datasource, getResource };
}

test('a query of another version is shown as unknown and left alone', () => {
  const stored = { refId: 'A', queryType: 'traces', expr: 'up' };
  const seen = edit(stored);
  expect(screen.getByText(words.unknownType({ type: 'traces' }))).toBeInTheDocument();
  expect(seen).toEqual({ query: stored, runs: 0 });
});

test('an empty query shows the defaults and is left alone', () => {
  const seen = edit({ refId: 'A' });
  expect(screen.getByRole('combobox', { name: words.type })).toHaveValue(words.types.interfaces.label);
  expect(screen.getByRole('radio', { name: words.formats.table.label })).toBeChecked();
  expect(screen.queryByRole('combobox', { name: words.metric })).not.toBeInTheDocument();
  expect(seen).toEqual({ query: { refId: 'A' }, runs: 0 });
});

test('a list that cannot be loaded still takes what is typed', async () => {
  const datasource = newDataSource();
  jest.spyOn(datasource, 'getResource').mockRejectedValue(new Error('down'));
  const seen = edit({ refId: 'A' }, datasource);
  const input = await openList(words.filters.interfaces);
  await userEvent.type(input, '/wg[[0-9]/');
  await userEvent.click(await screen.findByRole('option', { name: new RegExp(words.customValue) }));
  expect(seen.query).toMatchObject({ filter: { interfaces: ['/wg[0-9]/'] } });
});

test('a numeric query starts with the metric of its type', async () => {
  const seen = edit({ refId: 'A', queryType: 'firewalls' });
  await userEvent.click(screen.getByRole('radio', { name: words.formats.numeric.label }));
  expect(seen.query).toEqual({ refId: 'A', queryType: 'firewalls', format: 'numeric', metric: 'up' });
  await choose(words.metric, words.metrics.latency);
  expect(seen.query).toMatchObject({ metric: 'latency' });
  expect(seen.runs).toBe(2);
});

test('another type drops what does not fit to it', async () => {
  const seen = edit({
    refId: 'A',
    queryType: 'peers',
    format: 'numeric',
    metric: 'handshake_age',
    filter: { firewalls: ['hq'], interfaces: ['wg1'], peers: ['alice'], statuses: ['stale'], interfaceUp: true },
  });
  await choose(words.type, new RegExp(words.types.firewalls.label));
  expect(seen.query).toEqual({
    refId: 'A',
    queryType: 'firewalls',
    format: 'numeric',
    metric: 'up',
    filter: { firewalls: ['hq'] },
  });
});

test.each([
  ['interfaces', ['firewalls', 'interfaces', 'statuses'], ['peers', 'interfaceUp', 'site']],
  ['peers', ['firewalls', 'interfaces', 'peers', 'statuses', 'interfaceUp', 'site'], []],
  ['firewalls', ['firewalls'], ['interfaces', 'peers', 'statuses', 'interfaceUp', 'site']],
  ['problems', ['firewalls', 'interfaces', 'peers'], ['kinds', 'statuses', 'interfaceUp', 'site']],
  ['events', ['firewalls', 'interfaces', 'peers', 'kinds'], ['statuses', 'interfaceUp', 'site']],
  ['promql', [], ['firewalls', 'interfaces', 'peers', 'kinds', 'statuses', 'interfaceUp', 'site']],
] as const)('the filters of %s', (queryType, shown, hidden) => {
  edit({ refId: 'A', queryType });
  shown.forEach((key) => expect(screen.getByLabelText(words.filters[key])).toBeInTheDocument());
  hidden.forEach((key) => expect(screen.queryByLabelText(words.filters[key])).not.toBeInTheDocument());
});

test('choices come from the back end, within the other filters, with the variables behind them', async () => {
  const rows = [{ opnsense_instance: 'hq', device: 'wg1', device_name: 'staff', peer_name: 'alice', public_key: 'K=' }];
  const { datasource, getResource } = answering(rows, { fw: 'hq', who: 'alice' });
  const seen = edit({ refId: 'A', queryType: 'peers', filter: { firewalls: ['$fw'], peers: ['bob'] } }, datasource);
  await choose(words.filters.peers, /alice/);
  expect(getResource).toHaveBeenCalledWith('peers', { firewall: ['hq'], interface: undefined }, { showErrorAlert: false });
  expect(seen.query).toMatchObject({ filter: { firewalls: ['$fw'], peers: ['bob', 'alice'] } });
  await userEvent.click(await screen.findByRole('option', { name: /\$who/ }));
  expect(seen.query).toMatchObject({ filter: { firewalls: ['$fw'], peers: ['bob', 'alice', '$who'] } });
});

test('what is chosen can be taken out again, and an empty filter is none', async () => {
  const { datasource } = answering([]);
  const seen = edit({ refId: 'A', filter: { interfaces: ['gone'] } }, datasource);
  await choose(words.filters.interfaces, 'gone');
  expect(seen.query).toEqual({ refId: 'A', queryType: 'interfaces', format: 'table' });
});

test('statuses are those of the type', async () => {
  const seen = edit({ refId: 'A', queryType: 'peers' });
  await choose(words.filters.statuses, 'stale');
  expect(seen.query).toMatchObject({ filter: { statuses: ['stale'] } });
  expect(screen.queryByRole('option', { name: 'standby' })).not.toBeInTheDocument();
});

test('interfaceUp is there when it is on', async () => {
  const seen = edit({ refId: 'A', queryType: 'peers' });
  const toggle = screen.getByLabelText(words.filters.interfaceUp);
  await userEvent.click(toggle);
  expect(seen.query).toMatchObject({ filter: { interfaceUp: true } });
  await userEvent.click(toggle);
  expect(seen.query).not.toHaveProperty('filter');
});

test('sites are all, only, or left out', async () => {
  const seen = edit({ refId: 'A', queryType: 'peers' });
  const radio = (name: string) => screen.getByRole('radio', { name });
  expect(radio(words.sites.all)).toBeChecked();
  await userEvent.click(radio(words.sites.none));
  expect(seen.query).toMatchObject({ filter: { site: false } });
  expect(radio(words.sites.none)).toBeChecked();
  await userEvent.click(radio(words.sites.only));
  expect(seen.query).toMatchObject({ filter: { site: true } });
  await userEvent.click(radio(words.sites.all));
  expect(seen.query).not.toHaveProperty('filter');
});

test('kinds are words, and variables', async () => {
  const { datasource } = answering([], { what: 'peer' });
  const seen = edit({ refId: 'A', queryType: 'events' }, datasource);
  const input = await openList(words.filters.kinds);
  expect(await screen.findAllByRole('option')).toHaveLength(5);
  await userEvent.type(input, 'sit');
  await userEvent.click(await screen.findByRole('option', { name: 'site' }));
  expect(seen.query).toEqual({ refId: 'A', queryType: 'events', format: 'table', filter: { kinds: ['site'] } });
});

describe('formats', () => {
  test.each([
    ['interfaces', ['table', 'numeric', 'time_series'], 'table'],
    ['peers', ['table', 'numeric', 'time_series'], 'table'],
    ['firewalls', ['table', 'numeric', 'time_series'], 'table'],
    ['problems', [], undefined],
    ['events', [], undefined],
    ['promql', ['time_series', 'numeric', 'table'], 'time_series'],
  ] as const)('of %s', (queryType, offered, chosen) => {
    edit({ refId: 'A', queryType });
    const group = screen.queryByRole('radiogroup', { name: words.format });
    const shown = group ? within(group).getAllByRole<HTMLInputElement>('radio') : [];
    expect(shown.map(({ labels }) => labels?.[0]?.textContent.trim())).toEqual(
      offered.map((format) => words.formats[format].label)
    );
    if (chosen) {
      expect(screen.getByRole('radio', { name: words.formats[chosen].label })).toBeChecked();
    }
  });

  test('a time series starts with the metric of its type', async () => {
    const seen = edit({ refId: 'A', queryType: 'peers' });
    await userEvent.click(screen.getByRole('radio', { name: words.formats.time_series.label }));
    await choose(words.metric, words.metrics.rx_rate);
    expect(seen.query).toEqual({ refId: 'A', queryType: 'peers', format: 'time_series', metric: 'rx_rate' });
  });

  test('one that nobody chose becomes the default of another type', async () => {
    const seen = edit({ refId: 'A', queryType: 'interfaces', format: 'table' });
    await choose(words.type, new RegExp(words.types.promql.label));
    expect(seen.query).toEqual({ refId: 'A', queryType: 'promql', format: 'time_series', expr: '' });
    await choose(words.type, new RegExp(words.types.firewalls.label));
    expect(seen.query).toEqual({ refId: 'A', queryType: 'firewalls', format: 'table' });
  });

  test('one that somebody chose stays', async () => {
    const seen = edit({ refId: 'A', queryType: 'interfaces', format: 'numeric', metric: 'status', live: true });
    await choose(words.type, new RegExp(words.types.promql.label));
    expect(seen.query).toEqual({ refId: 'A', queryType: 'promql', format: 'numeric', expr: '' });
  });
});

describe('an alert rule', () => {

  test('is offered what has numbers', async () => {
    edit({ refId: 'A', queryType: 'interfaces', format: 'numeric' }, newDataSource(), CoreApp.UnifiedAlerting);
    await openList(words.type);
    const offered = (await screen.findAllByRole('option')).map((option) => option.textContent ?? '');
    expect(offered).toHaveLength(4);
    [words.types.problems, words.types.events].forEach(({ label }) =>
      expect(offered.some((text) => text.startsWith(label))).toBe(false)
    );
    expect(screen.queryByRole('radio', { name: words.formats.table.label })).not.toBeInTheDocument();
  });

  test('still shows what was chosen elsewhere', () => {
    edit({ refId: 'A', queryType: 'events' }, newDataSource(), CoreApp.UnifiedAlerting);
    expect(screen.getByRole('combobox', { name: words.type })).toHaveValue(words.types.events.label);
  });

  test('still shows a table, to be changed', () => {
    edit({ refId: 'A', queryType: 'peers', format: 'table' }, newDataSource(), CoreApp.UnifiedAlerting);
    expect(screen.getByRole('radio', { name: words.formats.table.label })).toBeChecked();
    expect(screen.getByRole('radio', { name: words.formats.numeric.label })).toBeEnabled();
  });
});

describe('live', () => {
  test.each(queryTypes)('%s', async (queryType) => {
    const seen = edit({ refId: 'A', queryType });
    const toggle = screen.queryByLabelText(words.live);
    if (['problems', 'events', 'promql'].includes(queryType)) {
      expect(toggle).not.toBeInTheDocument();
      return;
    }
    await userEvent.click(toggle!);
    expect(seen.query).toEqual({ refId: 'A', queryType, format: 'table', live: true });
    await userEvent.click(toggle!);
    expect(seen.query).toEqual({ refId: 'A', queryType, format: 'table' });
  });

  test('is nothing for an alert rule', () => {
    edit({ refId: 'A' }, newDataSource(), CoreApp.UnifiedAlerting);
    expect(screen.queryByLabelText(words.live)).not.toBeInTheDocument();
  });

  test('cannot be chosen where the settings have it switched off', () => {
    edit({ refId: 'A' }, newDataSource({}, { liveMinInterval: '0' }));
    expect(screen.getByLabelText(words.live)).toBeDisabled();
  });
});
