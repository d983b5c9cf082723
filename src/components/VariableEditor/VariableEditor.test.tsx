import { render, screen } from '@testing-library/react';
import React, { useState } from 'react';

import { texts } from '../../selectors';
import { choose, newDataSource } from '../../testkit';
import type { VariableQuery } from '../../types';
import { VariableEditor } from './VariableEditor';

const { filters } = texts.query;

function edit(stored: unknown, rows: unknown[] = []) {
  const datasource = newDataSource({ fw: 'hq' });
  const seen = { query: stored as VariableQuery };
  jest.spyOn(datasource, 'getResource').mockResolvedValue(rows);
  function Settings() {
    const [query, setQuery] = useState(seen.query);
    const keep = (changed: VariableQuery) => {
      seen.query = changed;
      setQuery(changed);
    };
    return <VariableEditor datasource={datasource} query={query} onChange={keep} onRunQuery={() => undefined} />;
  }
  render(<Settings />);
  return seen;
}

test.each([['nothing', undefined], ['an older text', 'label_values(x)'], ['an unknown kind', { kind: 'events' }]])(
  '%s is shown as firewalls, which nothing narrows',
  (_, stored) => {
    edit(stored);
    expect(screen.getByRole('combobox', { name: texts.variable.kind })).toHaveValue(texts.variable.kinds.firewalls);
    expect(screen.queryByRole('combobox', { name: filters.firewalls })).not.toBeInTheDocument();
  }
);

test('another kind drops the filters that do not fit', async () => {
  const seen = edit({ refId: 'V', kind: 'peers', filter: { firewalls: ['hq'], interfaces: ['wg1'] } });
  await choose(texts.variable.kind, texts.variable.kinds.interfaces);
  expect(seen.query).toEqual({ refId: 'V', kind: 'interfaces', filter: { firewalls: ['hq'] } });
  expect(screen.queryByRole('combobox', { name: filters.interfaces })).not.toBeInTheDocument();
});

test('peers can be narrowed to firewalls, also by another variable', async () => {
  const seen = edit({ refId: 'V', kind: 'peers' }, [{ id: 'hq', name: 'hq', url: 'https://hq', up: true }]);
  await choose(filters.firewalls, /\$fw/);
  expect(seen.query).toEqual({ refId: 'V', kind: 'peers', filter: { firewalls: ['$fw'] } });
});
