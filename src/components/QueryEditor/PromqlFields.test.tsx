import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';

import { texts } from '../../selectors';
import type { PromqlQuery } from '../../types';
import { PromqlFields } from './PromqlFields';

const words = texts.query;

function edit(part: Partial<PromqlQuery> = {}) {
  const seen = { changes: [] as object[], change: (_part: object) => undefined as void };
  function Page() {
    const [query, setQuery] = useState<PromqlQuery>({
      refId: 'A',
      queryType: 'promql',
      format: 'time_series',
      expr: '',
      ...part,
    });
    seen.change = (changed) => setQuery({ ...query, ...changed });
    const keep = (changed: object) => {
      seen.changes.push(changed);
      seen.change(changed);
    };
    return <PromqlFields query={query} onChange={keep} />;
  }
  render(<Page />);
  return seen;
}

const expression = () => screen.getByLabelText(words.expr);

test('leaving a field in which nothing has changed runs nothing', async () => {
  const seen = edit({ expr: 'up' });
  await userEvent.click(expression());
  await userEvent.tab();
  await userEvent.tab();
  expect(seen.changes).toEqual([]);
});

test('typing runs nothing; leaving the field runs what was typed', async () => {
  const seen = edit();
  await userEvent.type(expression(), 'up{enter}== 0');
  expect(expression()).toHaveValue('up\n== 0');
  expect(seen.changes).toEqual([]);
  await userEvent.tab();
  expect(seen.changes).toEqual([{ expr: 'up\n== 0' }]);
});

test.each(['Shift', 'Control'])('%s and Enter runs at once, also what was run before, without a new line', async (key) => {
  const seen = edit({ expr: 'up' });
  await userEvent.type(expression(), `{${key}>}{Enter}{/${key}}`);
  await userEvent.type(expression(), ` > 0{${key}>}{Enter}{/${key}}`);
  await userEvent.tab();
  expect(seen.changes).toEqual([{ expr: 'up' }, { expr: 'up > 0' }]);
});

test('a change from outside replaces what was typed', async () => {
  const seen = edit({ expr: 'up' });
  await userEvent.type(expression(), ' > 0');
  React.act(() => seen.change({ expr: 'down' }));
  expect(expression()).toHaveValue('down');
});

test('only time series have a legend', () => {
  edit({ format: 'numeric' });
  expect(screen.queryByLabelText(words.legendFormat)).not.toBeInTheDocument();
});

test('a legend runs once when it is finished', async () => {
  const seen = edit();
  await userEvent.type(screen.getByLabelText(words.legendFormat), '{{{{device}}{enter}');
  await userEvent.tab();
  expect(seen.changes).toEqual([{ legendFormat: '{{device}}' }]);
});
