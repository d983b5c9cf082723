import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';

import { texts } from '../../selectors';
import { choose, newDataSource, openList } from '../../testkit';
import type { WireGuardQuery } from '../../types';
import { QueryEditor } from './QueryEditor';

const words = texts.query;

/** Renders the editor as a panel does, keeping what it hands out. */
function edit(stored: object, datasource = newDataSource()) {
  const seen = { query: stored as WireGuardQuery, runs: 0 };
  function Panel() {
    const [query, setQuery] = useState(seen.query);
    const keep = (changed: WireGuardQuery) => {
      seen.query = changed;
      setQuery(changed);
    };
    return <QueryEditor datasource={datasource} query={query} onChange={keep} onRunQuery={() => seen.runs++} />;
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
  const stored = { refId: 'A', queryType: 'promql', expr: 'up' };
  const seen = edit(stored);
  expect(screen.getByText(words.unknownType('promql'))).toBeInTheDocument();
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
  expect(seen.query.metric).toBe('latency');
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
  expect(seen.query.filter).toEqual({ firewalls: ['$fw'], peers: ['bob', 'alice'] });
  await userEvent.click(await screen.findByRole('option', { name: /\$who/ }));
  expect(seen.query.filter).toEqual({ firewalls: ['$fw'], peers: ['bob', 'alice', '$who'] });
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
  expect(seen.query.filter).toEqual({ statuses: ['stale'] });
  expect(screen.queryByRole('option', { name: 'standby' })).not.toBeInTheDocument();
});

test('interfaceUp is there when it is on', async () => {
  const seen = edit({ refId: 'A', queryType: 'peers' });
  const toggle = screen.getByLabelText(words.filters.interfaceUp);
  await userEvent.click(toggle);
  expect(seen.query.filter).toEqual({ interfaceUp: true });
  await userEvent.click(toggle);
  expect(seen.query.filter).toBeUndefined();
});

test('sites are all, only, or left out', async () => {
  const seen = edit({ refId: 'A', queryType: 'peers' });
  const radio = (name: string) => screen.getByRole('radio', { name });
  expect(radio(words.sites.all)).toBeChecked();
  await userEvent.click(radio(words.sites.none));
  expect(seen.query.filter).toEqual({ site: false });
  expect(radio(words.sites.none)).toBeChecked();
  await userEvent.click(radio(words.sites.only));
  expect(seen.query.filter).toEqual({ site: true });
  await userEvent.click(radio(words.sites.all));
  expect(seen.query.filter).toBeUndefined();
});
