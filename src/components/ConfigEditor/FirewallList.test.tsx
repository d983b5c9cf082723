import { fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { texts } from '../../selectors';
import type { FirewallSettings, Options } from '../../settings';
import { editOptions } from '../../testkit';
import { ConfigEditor } from './ConfigEditor';

const words = texts.config.firewalls;
const bulk = texts.config.bulk;

const fleet = (count: number): FirewallSettings[] =>
  Array.from({ length: count }, (_, index) => ({ id: `fw-${index}`, name: `site ${index}`, url: `https://10.0.0.${index}` }));
const edit = (count: number, part: Partial<Options> = {}) =>
  editOptions(ConfigEditor, { jsonData: { firewalls: fleet(count) }, ...part });
const cards = () => screen.getAllByRole('button', { name: new RegExp(words.open({ name: 'site' })) });
const nameLabel = texts.config.firewall.name + texts.config.firewall.nameDescription;
const fields = () => screen.queryAllByLabelText(nameLabel);
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));

test('few firewalls are open and need no search', () => {
  edit(2);
  cards().forEach((card) => expect(card).toHaveAttribute('aria-expanded', 'true'));
  expect(screen.queryByLabelText((label) => label.startsWith(words.search))).not.toBeInTheDocument();
});

test('many are closed, a page of them; one opens with its button', async () => {
  edit(120);
  expect(cards()).toHaveLength(50);
  expect(fields()).toHaveLength(0);
  await press(words.open({ name: 'site 7' }));
  expect(fields()).toHaveLength(1);
  await press(words.more({ number: 70 }));
  expect(cards()).toHaveLength(100);
});

test('a search finds by name, address and id', async () => {
  edit(120);
  const search = screen.getByLabelText((label) => label.startsWith(words.search));
  for (const [wanted, found] of [['SITE 119', 1], ['10.0.0.11', 11], ['fw-42', 1], ['nothing', 0]] as const) {
    await userEvent.clear(search);
    await userEvent.type(search, wanted);
    expect(screen.getByText(words.found({ found, all: 120 }))).toBeInTheDocument();
  }
});

test('closed ones can be opened in a provisioned data source, and not changed', async () => {
  edit(5, { readOnly: true });
  await press(words.open({ name: 'site 1' }));
  fields().forEach((field) => expect(field).toBeDisabled());
  expect(fields()).toHaveLength(1);
  expect(screen.queryByRole('button', { name: bulk.open })).not.toBeInTheDocument();
});

test('a file dropped on a closed card opens it, where it is said what came of it', async () => {
  const seen = edit(5);
  const card = screen.getByRole('group', { name: 'site 1' });
  const file = new File(['key=k\nsecret=s\n'], 'apikey.txt', { type: 'text/plain' });
  fireEvent.drop(card, { dataTransfer: { files: [file], types: ['Files'] } });
  expect(await within(card).findByText(texts.config.apiKeyFile.outcomes.both)).toBeInTheDocument();
  expect(seen.options.secureJsonData).toEqual({ 'fw-1.apiKey': 'k', 'fw-1.apiSecret': 's' });
});

describe('many at once', () => {
  const paste = (text: string) => fireEvent.change(screen.getByLabelText((label) => label.startsWith(bulk.title)), { target: { value: text } });

  test('nothing is added while something is wrong', async () => {
    edit(1);
    await press(bulk.open);
    paste('name,url\nsite 0,https://a\n' + 'x,\n'.repeat(9));
    expect(screen.getByText(bulk.at({ number: 1, problem: texts.errors.nameTaken }))).toBeInTheDocument();
    expect(screen.getByText(bulk.moreProblems({ number: 13 }))).toBeInTheDocument();
    expect(screen.getByRole('button', { name: bulk.add({ number: 10 }) })).toBeDisabled();
  });

  test('all are added, open to be looked at, and the text with the secrets is gone', async () => {
    const seen = edit(1);
    await press(bulk.open);
    paste('name,url,apiKey,apiSecret\na,https://a,k,s\nb,https://b,k2,s2');
    await press(bulk.add({ number: 2 }));
    expect(seen.options.jsonData.firewalls?.map(({ name }) => name)).toEqual(['site 0', 'a', 'b']);
    expect(seen.options.secureJsonData).toMatchObject({ 'b.apiSecret': 's2' });
    expect(screen.queryByLabelText((label) => label.startsWith(bulk.title))).not.toBeInTheDocument();
  });

  test('who cancels loses nothing else', async () => {
    const seen = edit(1);
    const { options } = seen;
    await press(bulk.open);
    paste('name,url\na,https://a');
    await press(bulk.cancel);
    expect(seen.options).toBe(options);
  });
});
