import { act, createEvent, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { largestFile } from '../../apikey';
import { texts } from '../../selectors';
import type { Options } from '../../settings';
import { editOptions } from '../../testkit';
import { ConfigEditor } from './ConfigEditor';

const words = texts.config;
const { outcomes } = words.apiKeyFile;

const start: Partial<Options> = {
  jsonData: {
    firewalls: [
      { id: 'hq', name: 'hq', url: 'https://hq' },
      { id: 'dc', name: 'dc', url: 'https://dc' },
      { id: 'lab', name: 'lab', url: 'https://lab' },
    ],
  },
  secureJsonData: { 'lab.apiKey': 'typed' },
  secureJsonFields: { 'hq.apiKey': true, 'hq.apiSecret': true, 'lab.apiSecret': true },
};

const edit = (part?: Partial<Options>) => editOptions(ConfigEditor, { ...start, ...part });
const group = (name: string) => screen.getByRole('group', { name });
const inGroup = (name: string) => within(group(name));
const field = (label: string, name: string) => inGroup(name).getByLabelText((text) => text.startsWith(label));
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));
const kept = ({ options }: { options: Options }) => options.jsonData.firewalls;

const content = '\uFEFFkey=the-key\r\nsecret=the-secret\r\n';
const file = (text: string, type = 'text/plain') => new File([text], 'fw_apikey.txt', { type });
const carrying = (files: File[], types = ['Files']) => ({ dataTransfer: { files, types } });
const choose = (name: string, chosen: File) => {
  const input = group(name).querySelector<HTMLInputElement>('input[type=file]')!;
  return userEvent.upload(input, chosen);
};
/** What is said beside the button that chooses the file. */
const spoken = (name: string) =>
  within(inGroup(name).getByText(words.apiKeyFile.description).parentElement!).getByRole('status');

const filled = {
  secureJsonData: { 'lab.apiKey': 'typed', 'dc.apiKey': 'the-key', 'dc.apiSecret': 'the-secret' },
  secureJsonFields: { ...start.secureJsonFields, 'dc.apiKey': false, 'dc.apiSecret': false },
};

describe('a file that is no apikey.txt changes nothing and is told so', () => {
  test.each([
    ['neither key nor secret', [file('hello')], outcomes.neither],
    ['nothing in it', [file('')], outcomes.neither],
    ['too large', [file(content + ' '.repeat(largestFile))], outcomes.tooLarge],
    ['two files', [file(content), file(content)], outcomes.several],
    ['no file', [], outcomes.several],
  ])('%s', async (_, files, outcome) => {
    const seen = edit();
    const { options } = seen;
    fireEvent.drop(group('dc'), carrying(files));
    await waitFor(() => expect(spoken('dc')).toHaveTextContent(outcome));
    expect(spoken('hq')).toBeEmptyDOMElement();
    expect(seen.options).toBe(options);
  });

  test('one that cannot be read', async () => {
    jest.spyOn(FileReader.prototype, 'readAsText').mockImplementation(function (this: FileReader) {
      this.onerror?.({} as ProgressEvent<FileReader>);
    });
    const seen = edit();
    const { options } = seen;
    await choose('dc', file(content));
    await waitFor(() => expect(spoken('dc')).toHaveTextContent(outcomes.unreadable));
    expect(seen.options).toBe(options);
  });

  test('other text is pasted as ever', async () => {
    const seen = edit();
    await userEvent.click(field(words.firewall.apiSecret, 'dc'));
    await userEvent.paste('only-a-secret');
    expect(seen.options.secureJsonData).toEqual({ 'lab.apiKey': 'typed', 'dc.apiSecret': 'only-a-secret' });
    expect(spoken('dc')).toBeEmptyDOMElement();
  });
});

describe('apikey.txt', () => {
  test.each(['apiKey', 'apiSecret'] as const)('pasted into %s fills both, and shows neither', async (secret) => {
    const log = jest.spyOn(console, 'log');
    const seen = edit();
    await userEvent.click(field(words.firewall[secret], 'dc'));
    await userEvent.paste(content);
    expect(seen.options).toMatchObject(filled);
    expect(spoken('dc')).toHaveTextContent(outcomes.both);
    expect(document.body).not.toHaveTextContent(/the-(key|secret)/);
    expect(field(words.firewall.apiKey, 'dc')).toHaveAttribute('type', 'password');
    expect(field(words.firewall.apiSecret, 'dc')).toHaveAttribute('type', 'password');
    expect(log).not.toHaveBeenCalled();
  });

  test('dropped on a card fills the fields of that card', async () => {
    const seen = edit();
    const over = createEvent.dragOver(group('dc'), carrying([]));
    fireEvent(group('dc'), over);
    expect(over.defaultPrevented).toBe(true);
    fireEvent.drop(group('dc'), carrying([file(content)]));
    await waitFor(() => expect(seen.options).toMatchObject(filled));
  });

  test('chosen by the keyboard', async () => {
    edit();
    const button = inGroup('dc').getByRole('button', { name: words.apiKeyFile.choose });
    expect(button).toHaveAccessibleDescription(words.apiKeyFile.description);
    const click = jest.spyOn(HTMLInputElement.prototype, 'click').mockImplementation(() => undefined);
    act(() => button.focus());
    await userEvent.keyboard('{Enter}');
    expect(click).toHaveBeenCalledTimes(1);
  });

  test('chosen replaces what is stored', async () => {
    const seen = edit();
    await choose('hq', file(content));
    await waitFor(() => expect(spoken('hq')).toHaveTextContent(outcomes.both));
    expect(field(words.firewall.apiKey, 'hq')).toHaveValue('the-key');
    expect(seen.options.secureJsonFields).toEqual({ 'hq.apiKey': false, 'hq.apiSecret': false, 'lab.apiSecret': true });
  });

  test.each([
    ['key=the-key', outcomes.apiKey, { 'lab.apiKey': 'the-key' }],
    ['secret=the-secret', outcomes.apiSecret, { 'lab.apiKey': 'typed', 'lab.apiSecret': 'the-secret' }],
  ])('half of one fills half: %s', async (half, outcome, secrets) => {
    const seen = edit();
    await choose('lab', file(half));
    await waitFor(() => expect(spoken('lab')).toHaveTextContent(outcome));
    expect(seen.options.secureJsonData).toEqual(secrets);
  });

  test('does not bring back a firewall that was removed while it was read', async () => {
    const seen = edit();
    const readers: FileReader[] = [];
    jest.spyOn(FileReader.prototype, 'readAsText').mockImplementation(function (this: FileReader) {
      readers.push(this);
    });
    await choose('dc', file(content));
    await press(words.firewalls.remove({ name: 'dc' }));
    await userEvent.click(inGroup('dc').getByRole('button', { name: words.firewalls.removeConfirm }));
    const { options } = seen;
    Object.defineProperty(readers[0], 'result', { value: content });
    readers[0]?.onload?.({} as ProgressEvent<FileReader>);
    await Promise.resolve();
    expect(seen.options).toBe(options);
  });

  test('text that is dragged is left to the browser', () => {
    edit();
    const event = createEvent.drop(group('dc'), carrying([], ['text/plain']));
    fireEvent(group('dc'), event);
    expect(event.defaultPrevented).toBe(false);
  });

  test('is not taken by a provisioned data source', () => {
    const seen = edit({ readOnly: true });
    fireEvent.drop(group('dc'), carrying([file(content)]));
    expect(screen.queryByRole('button', { name: words.apiKeyFile.choose })).not.toBeInTheDocument();
    expect(seen.options.secureJsonData).toEqual(start.secureJsonData);
  });
});

describe('an address', () => {
  test('that cannot be understood stays as it is', async () => {
    const seen = edit();
    const url = field(words.firewall.url, 'hq');
    await userEvent.clear(url);
    await userEvent.type(url, 'https://root:x@hq/ui/');
    await userEvent.tab();
    expect(kept(seen)?.[0]?.url).toBe('https://root:x@hq/ui/');
    expect(inGroup('hq').getByText(texts.errors.urlCredentials)).toBeInTheDocument();
  });

  test('is tidied when one leaves the field, not before', async () => {
    const seen = edit();
    const url = field(words.firewall.url, 'hq');
    await userEvent.clear(url);
    await userEvent.type(url, ' fw.example:8443/ui/wireguard/general#peers');
    expect(url).toHaveValue(' fw.example:8443/ui/wireguard/general#peers');
    await userEvent.tab();
    expect(url).toHaveValue('https://fw.example:8443');
    expect(kept(seen)?.[0]?.url).toBe('https://fw.example:8443');
    expect(url).toBeValid();
  });

  test('of a new firewall, too', async () => {
    const seen = edit();
    await userEvent.type(screen.getByLabelText(words.firewalls.newName), 'new');
    await userEvent.type(screen.getByLabelText(words.firewalls.newUrl), 'fw.example:8443');
    await press(words.firewalls.add);
    expect(kept(seen)?.at(-1)).toEqual({ id: 'new', name: 'new', url: 'https://fw.example:8443' });
  });
});

describe('the list of firewalls', () => {
  const order = (seen: { options: Options }) => kept(seen)?.map(({ name }) => name);

  test('has an end on both sides', async () => {
    const seen = edit();
    const { options } = seen;
    await press(words.firewalls.moveUp({ name: 'hq' }));
    await press(words.firewalls.moveDown({ name: 'lab' }));
    expect(seen.options).toBe(options);
  });

  test('is put in order by the keyboard, and the button keeps the focus', async () => {
    const seen = edit();
    const button = screen.getByRole('button', { name: words.firewalls.moveUp({ name: 'lab' }) });
    act(() => button.focus());
    await userEvent.keyboard('{Enter}');
    expect(order(seen)).toEqual(['hq', 'lab', 'dc']);
    await userEvent.keyboard('{Enter}{Enter}');
    expect(order(seen)).toEqual(['lab', 'hq', 'dc']);
    expect(screen.getByRole('button', { name: words.firewalls.moveUp({ name: 'lab' }) })).toHaveFocus();
    await press(words.firewalls.moveDown({ name: 'lab' }));
    expect(order(seen)).toEqual(['hq', 'lab', 'dc']);
  });

  test('takes a duplicate without secrets', async () => {
    const seen = edit();
    await press(words.firewalls.duplicate({ name: 'hq' }));
    expect(order(seen)).toEqual(['hq', 'hq copy', 'dc', 'lab']);
    expect(kept(seen)?.[1]).toEqual({ id: 'hq-copy', name: 'hq copy', url: 'https://hq' });
    expect(field(words.firewall.apiKey, 'hq copy')).toHaveValue('');
    expect(seen.options.secureJsonFields).toEqual(start.secureJsonFields);
  });
});
