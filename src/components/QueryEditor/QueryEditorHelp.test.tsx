import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { act } from 'react';

import { examples } from '../../examples';
import { plugin } from '../../module';
import { normaliseQuery } from '../../normalise';
import { queryText } from '../../queryText';
import { texts } from '../../selectors';
import { newDataSource } from '../../testkit';
import type { WireGuardQuery } from '../../types';
import { QueryEditor } from './QueryEditor';
import { QueryEditorHelp } from './QueryEditorHelp';

const words = texts.help.examples;

function help(query?: WireGuardQuery) {
  const onClickExample = jest.fn<void, [WireGuardQuery]>();
  render(<QueryEditorHelp query={query} onClickExample={onClickExample} />);
  return onClickExample;
}

const button = (label: string) => screen.getByRole('button', { name: label });

test('without a query, an example is one of its own', async () => {
  const onClickExample = help();
  await userEvent.click(button(words.changes.label));
  expect(onClickExample).toHaveBeenCalledWith({ refId: 'A', queryType: 'events', format: 'table' });
});

test('an example takes the place of the query, and nothing of it but the place', async () => {
  const datasource = { type: 'opnsense-wireguard-datasource', uid: 'wg' };
  const current: WireGuardQuery = {
    refId: 'C',
    key: 'row-3',
    datasource,
    hide: true,
    queryType: 'peers',
    format: 'numeric',
    metric: 'status',
    filter: { peers: ['alice'] },
    live: true,
  };
  const onClickExample = help(current);
  act(() => button(words.interfacesDown.label).focus());
  await userEvent.keyboard('{Enter}');
  expect(onClickExample.mock.calls).toEqual([
    [
      {
        refId: 'C',
        key: 'row-3',
        datasource,
        queryType: 'interfaces',
        format: 'table',
        filter: { statuses: ['down'] },
      },
    ],
  ]);
});

test('every example that has words has a query, and the other way round', () => {
  expect(examples.map(({ key }) => key)).toEqual(Object.keys(words));
});

test.each(examples)('$key: a valid query, which runs', async ({ key, query }) => {
  // What does not fit to its type, or is no default and missing, would differ here.
  expect(normaliseQuery(query)).toEqual(query);
  const onClickExample = help({ refId: 'B', queryType: 'interfaces', format: 'table' });
  expect(screen.getByText(queryText(query))).toBeInTheDocument();
  await userEvent.click(button(words[key].label));
  expect(onClickExample).toHaveBeenCalledWith({ ...query, refId: 'B' });
});

test('an example runs once it is in the row, once, and nothing else does', async () => {
  const run = jest.fn();
  const edit = (query: WireGuardQuery) => (
    <QueryEditor datasource={newDataSource()} query={query} onChange={jest.fn()} onRunQuery={run} />
  );
  const { rerender } = render(edit({ refId: 'A', queryType: 'peers', format: 'table' }));
  expect(run).not.toHaveBeenCalled();
  const onClickExample = help({ refId: 'A', queryType: 'peers', format: 'table' });
  await userEvent.click(button(words.changes.label));
  rerender(edit({ refId: 'A', queryType: 'firewalls', format: 'table' }));
  expect(run).not.toHaveBeenCalled();
  for (const [example] of [...onClickExample.mock.calls, ...onClickExample.mock.calls]) {
    rerender(edit({ ...example }));
  }
  expect(run).toHaveBeenCalledTimes(1);
});

test('Grafana finds it', () => {
  expect(plugin.components.QueryEditorHelp).toBe(QueryEditorHelp);
});
