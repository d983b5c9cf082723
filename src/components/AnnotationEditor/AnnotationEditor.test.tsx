import { render, screen } from '@testing-library/react';
import React, { useState } from 'react';

import { texts } from '../../selectors';
import { choose, newDataSource } from '../../testkit';
import type { WireGuardQuery } from '../../types';
import { AnnotationEditor } from './AnnotationEditor';

const { filters } = texts.query;

function edit(stored: object) {
  const seen = { query: stored as WireGuardQuery };
  const datasource = newDataSource({ fw: 'hq' });
  jest.spyOn(datasource, 'getResource').mockResolvedValue([]);
  function Page() {
    const [query, setQuery] = useState(seen.query);
    const keep = (changed: WireGuardQuery) => {
      seen.query = changed;
      setQuery(changed);
    };
    return <AnnotationEditor datasource={datasource} query={query} onChange={keep} onRunQuery={() => undefined} />;
  }
  render(<Page />);
  return seen;
}

test('another query than one for events is left alone until something changes', async () => {
  const stored = { refId: 'Anno', queryType: 'peers', format: 'numeric', metric: 'status', filter: { site: true } };
  const seen = edit(stored);
  expect(seen.query).toBe(stored);
  await choose(filters.kinds, 'site');
  expect(seen.query).toEqual({ refId: 'Anno', queryType: 'events', format: 'table', filter: { kinds: ['site'] } });
});

test('shows the filters of events and no choice of type or format', () => {
  edit({ refId: 'Anno', queryType: 'events' });
  (['firewalls', 'interfaces', 'peers', 'kinds'] as const).forEach((key) =>
    expect(screen.getByLabelText(filters[key])).toBeInTheDocument()
  );
  expect(screen.queryByLabelText(filters.statuses)).not.toBeInTheDocument();
  expect(screen.queryByRole('combobox', { name: texts.query.type })).not.toBeInTheDocument();
  expect(screen.queryByRole('radio')).not.toBeInTheDocument();
});

test('takes variables beside the others', async () => {
  const seen = edit({ refId: 'Anno', queryType: 'events', filter: { kinds: ['site'] } });
  await choose(filters.firewalls, /\$fw/);
  expect(seen.query).toEqual({
    refId: 'Anno',
    queryType: 'events',
    format: 'table',
    filter: { firewalls: ['$fw'], kinds: ['site'] },
  });
});
