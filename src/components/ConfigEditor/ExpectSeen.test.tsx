import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import type { InterfaceRow } from '../../resources';
import { texts } from '../../selectors';
import type { ExpectedInterface, Options } from '../../settings';
import { editOptions, fakeBackend, Refusal } from '../../testkit';
import { ConfigEditor } from './ConfigEditor';

const words = texts.config.expect;

const row = (device: string, part: Partial<InterfaceRow> = {}) => ({ opnsense_instance: 'hq', device, status: 'up', ...part });
const edit = (expect?: ExpectedInterface[], part: Partial<Options> = {}) =>
  editOptions(ConfigEditor, { jsonData: { firewalls: [{ id: 'hq', name: 'hq', url: 'https://hq', expect }] }, ...part });
const expected = ({ options }: { options: Options }) => options.jsonData.firewalls?.[0]?.expect;
const press = () => userEvent.click(screen.getByRole('button', { name: words.addSeen }));
const reporting = (rows: object[]) => fakeBackend(({ url }) => (url.endsWith('/interfaces') ? rows : []));

test('a firewall that cannot be asked changes nothing, and says why', async () => {
  fakeBackend(() => new Refusal(502, { error: 'hq: refused' }));
  const seen = edit([{ device: 'wg1', name: 'a' }]);
  const { options } = seen;
  await press();
  expect(await screen.findByText(words.failed({ reason: 'hq: refused' }))).toBeInTheDocument();
  expect(seen.options).toBe(options);
});

test('adds what is not in the list: neither what is disabled nor what is there under another name', async () => {
  reporting([row('wg1', { device_name: 'renamed' }), row('wg2', { device_name: 'b' }), row('wg3', { status: 'disabled' }), row(''), row('wg4', { status: 'down' })]);
  const seen = edit([{ device: 'wg1', name: 'a', carp: 1 }]);
  await press();
  expect(await screen.findByText(words.added({ number: 2 }))).toBeInTheDocument();
  expect(expected(seen)).toEqual([
    { device: 'wg1', name: 'a', carp: 1 },
    { device: 'wg2', name: 'b' },
    { device: 'wg4', name: '' },
  ]);
});

test('says so when there is nothing to add', async () => {
  reporting([row('wg1')]);
  const seen = edit([{ device: 'wg1', name: 'a' }]);
  const { options } = seen;
  await press();
  expect(await screen.findByText(words.nothingNew)).toBeInTheDocument();
  expect(seen.options).toBe(options);
});

test('what is typed while the firewall is asked stays', async () => {
  let answer = (_rows: object[]) => {};
  const rows = new Promise<object[]>((resolve) => (answer = resolve));
  fakeBackend(({ url }) => (url.endsWith('/interfaces') ? rows : []));
  const seen = edit([{ device: 'wg1', name: '' }]);
  await press();
  await userEvent.type(screen.getByLabelText(words.name({ row: 1 })), 'typed');
  answer([row('wg2')]);
  await waitFor(() => expect(expected(seen)).toHaveLength(2));
  expect(expected(seen)?.[0]).toEqual({ device: 'wg1', name: 'typed' });
});

test('nothing can be added to a provisioned data source', () => {
  edit([], { readOnly: true });
  expect(screen.queryByRole('button', { name: words.addSeen })).not.toBeInTheDocument();
});
