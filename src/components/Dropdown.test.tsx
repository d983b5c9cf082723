import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useSyncExternalStore } from 'react';

import { openList } from '../testkit';
import { Dropdown } from './Dropdown';

/** Keeps a new object for each change and renders at once, as Grafana's stores do. */
function newStore() {
  const store = { kept: { value: 'a' }, changes: [] as string[], listener: () => undefined as void };
  return Object.assign(store, {
    subscribe: (listener: () => void) => {
      store.listener = listener;
      return () => undefined;
    },
    change: (value: string) => {
      store.kept = { value };
      store.changes.push(value);
      store.listener();
    },
  });
}

test('a click within the same frame as the movement of the mouse chooses once', async () => {
  const store = newStore();
  const options = ['a', 'b'].map((value) => ({ value, label: value }));
  function Page() {
    const { value } = useSyncExternalStore(store.subscribe, () => store.kept);
    return (
      <>
        <label htmlFor="it">it</label>
        <Dropdown id="it" options={options} value={value} width={20} onChange={store.change} />
      </>
    );
  }
  render(<Page />);
  await openList('it');
  const option = screen.getByRole('option', { name: 'b' });
  act(() => {
    option.dispatchEvent(new MouseEvent('mousemove', { bubbles: true }));
    option.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  });
  expect(store.changes).toEqual(['b']);
  expect(screen.getByRole('combobox', { name: 'it' })).toHaveValue('b');
});

test('what is being typed stays when the editor around is drawn anew, as it is with each answer', async () => {
  const Page = () => (
    <>
      <label htmlFor="it">it</label>
      <Dropdown id="it" options={['Answers', 'Interfaces'].map((value) => ({ value, label: value }))} value="Answers" width={20} onChange={() => undefined} />
    </>
  );
  const { rerender } = render(<Page />);
  const field = await openList('it');
  await userEvent.keyboard('Inter');
  rerender(<Page />);
  expect(field).toHaveValue('Inter');
});
