import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';

import { texts } from '../../selectors';
import type { PromqlQuery } from '../../types';
import { PromqlFields } from './PromqlFields';

const words = texts.query;

const noValues = () => Promise.resolve<string[]>([]);

function edit(part: Partial<PromqlQuery> = {}, valuesOf: (label: string) => Promise<string[]> = noValues) {
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
    return <PromqlFields query={query} valuesOf={valuesOf} onChange={keep} />;
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

describe('completion', () => {
  const options = () => screen.queryAllByRole('option').map((option) => option.firstChild?.textContent);
  const list = () => screen.queryByRole('listbox', { name: words.completions });

  test('offers series that begin with what is typed; Enter takes one, and runs nothing', async () => {
    const seen = edit();
    await userEvent.type(expression(), 'sum(opnsense_wireguard_peer_re');
    expect(await screen.findByRole('option')).toHaveTextContent(words.series.opnsense_wireguard_peer_received_bytes_total);
    await userEvent.keyboard('{enter}');
    expect(expression()).toHaveValue('sum(opnsense_wireguard_peer_received_bytes_total');
    expect(list()).not.toBeInTheDocument();
    expect(seen.changes).toEqual([]);
  });

  test('the arrows move, the field names the active one, Escape closes and Enter is a new line again', async () => {
    edit();
    await userEvent.type(expression(), 'sor');
    await waitFor(() => expect(options()).toEqual(['sort', 'sort_desc']));
    await userEvent.keyboard('{ArrowDown}');
    const active = screen.getByRole('option', { selected: true });
    expect(active).toHaveTextContent('sort_desc');
    expect(expression()).toHaveAttribute('aria-activedescendant', active.id);
    await userEvent.keyboard('{ArrowDown}{Escape}');
    expect(list()).not.toBeInTheDocument();
    await userEvent.keyboard('{enter}');
    expect(expression()).toHaveValue('sor\n');
  });

  test('Control and Space ask where no word is; a mouse can choose', async () => {
    edit({ expr: 'x{}' });
    await userEvent.click(expression());
    (expression() as HTMLTextAreaElement).setSelectionRange(2, 2);
    await userEvent.keyboard('{Control>} {/Control}');
    await userEvent.click(await screen.findByRole('option', { name: /^device_name/ }));
    expect(expression()).toHaveValue('x{device_name}');
    expect(expression()).toHaveFocus();
  });

  test('the values of a label come from the firewalls', async () => {
    const asked: string[] = [];
    edit({}, (label) => (asked.push(label), Promise.resolve(['site-to-site', 'road'])));
    await userEvent.type(expression(), 'x{{device_name="');
    await waitFor(() => expect(options()).toEqual(['site-to-site', 'road']));
    await userEvent.keyboard('s{Tab}');
    expect(expression()).toHaveValue('x{device_name="site-to-site');
    expect(new Set(asked)).toEqual(new Set(['device_name']));
  });

  test('a letter that the list has not followed yet is completed too, not left behind', async () => {
    let asked = 0;
    edit({}, () => (++asked === 1 ? Promise.resolve(['site-to-site']) : new Promise<never>(() => undefined)));
    await userEvent.type(expression(), 'x{{device_name="');
    await waitFor(() => expect(options()).toEqual(['site-to-site']));
    await userEvent.keyboard('s{Tab}"');
    expect(expression()).toHaveValue('x{device_name="site-to-site"');
  });

  test('firewalls that do not answer keep nobody from typing; leaving the field closes the list', async () => {
    edit({}, () => Promise.reject(new Error('down')));
    await userEvent.type(expression(), 'x{{peer_name="a');
    expect(list()).not.toBeInTheDocument();
    await userEvent.type(expression(), '"} == ra');
    await screen.findByRole('listbox');
    await userEvent.tab({ shift: true });
    expect(list()).not.toBeInTheDocument();
  });
});
