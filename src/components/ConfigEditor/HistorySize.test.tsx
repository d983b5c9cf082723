import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';

import { texts } from '../../selectors';
import { HistorySize } from './HistorySize';

const bad = texts.errors.historyMaxBytesRange;

function edit(stored?: unknown) {
  const seen = { bytes: stored };
  function Page() {
    const [bytes, setBytes] = useState(stored as number | undefined);
    const keep = (changed?: number) => {
      seen.bytes = changed;
      setBytes(changed);
    };
    return <HistorySize bytes={bytes} onChange={keep} />;
  }
  render(<Page />);
  return seen;
}

const input = () => screen.getByRole('textbox');

test.each<[string, unknown, string]>([
  ['a text', '64MB', '64MB'],
  ['no whole MiB', 1_000_000, String(1_000_000 / 1_048_576)],
  ['nothing', 0, '0'],
  ['too much', 4097 * 1_048_576, '4097'],
])('a provisioned size of %s is shown, and what is wrong with it', (_, stored, shown) => {
  const seen = edit(stored);
  expect(input()).toHaveValue(shown);
  expect(screen.getByText(bad)).toBeInTheDocument();
  expect(seen.bytes).toBe(stored);
});

test.each(['0', '4097', '64 MiB', '-1'])('%j is told to be wrong and not stored', async (text) => {
  const seen = edit();
  await userEvent.click(input());
  await userEvent.paste(text);
  expect(input()).toHaveValue(text);
  expect(input()).toBeInvalid();
  expect(screen.getByText(bad)).toBeInTheDocument();
  expect(seen.bytes).toBeUndefined();
});

test('a wrong size gives way to a right one, in bytes; an empty one is the default', async () => {
  const seen = edit(67_108_864);
  expect(input()).toHaveValue('64');
  await userEvent.type(input(), 'x');
  expect(seen.bytes).toBe(67_108_864);
  await userEvent.type(input(), '{backspace}0');
  expect(screen.queryByText(bad)).not.toBeInTheDocument();
  expect(seen.bytes).toBe(671_088_640);
  await userEvent.clear(input());
  expect(seen.bytes).toBeUndefined();
  expect(input()).toHaveValue('');
});
