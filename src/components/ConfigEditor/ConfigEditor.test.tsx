import { config } from '@grafana/runtime';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { texts } from '../../selectors';
import type { Options, Settings } from '../../settings';
import { choose, editOptions, fakeBackend, openList, Refusal } from '../../testkit';
import { ConfigEditor } from './ConfigEditor';

const words = texts.config;
const { errors } = texts;

const twoFirewalls: Partial<Options> = {
  jsonData: {
    firewalls: [
      { id: 'hq', name: 'hq', url: 'https://hq:8443' },
      { id: 'dc', name: 'dc', url: 'https://dc:8443' },
    ],
  },
  secureJsonFields: { 'hq.apiKey': true, 'hq.apiSecret': true, 'dc.apiKey': true, 'dc.apiSecret': true },
};

const edit = (part?: Partial<Options>) => editOptions(ConfigEditor, part);
const place = (firewall?: string) => (firewall ? within(screen.getByRole('group', { name: firewall })) : screen);
// A label holds its description, too.
const starting = (label: string) => (content: string) => content.startsWith(label);
const field = (label: string, firewall?: string) => place(firewall).getByLabelText(starting(label));
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));

describe('settings that nobody made with this editor', () => {
  test.each<[string, unknown]>([
    ['firewalls that are no list', { firewalls: 'hq' }],
    ['a firewall that is null', { firewalls: [null] }],
    ['nothing at all', {}],
  ])('%s: shows that there are none', (_, jsonData) => {
    edit({ jsonData: jsonData as Settings });
    expect(screen.getByText(words.firewalls.none)).toBeInTheDocument();
  });

  test('a firewall of which half is missing', () => {
    edit({ jsonData: { firewalls: [{ id: 'hq', tls: {} }] } as unknown as Settings });
    expect(screen.getByRole('group', { name: words.firewalls.unnamed })).toBeInTheDocument();
    expect(screen.getByText(errors.nameMissing)).toBeInTheDocument();
    expect(screen.getByText(errors.urlMissing)).toBeInTheDocument();
  });
});

describe('a new firewall', () => {
  test('is not added without name and URL', async () => {
    const seen = edit();
    expect(screen.queryByText(errors.nameMissing)).not.toBeInTheDocument();
    await press(words.firewalls.add);
    expect(screen.getByText(errors.nameMissing)).toBeInTheDocument();
    expect(screen.getByText(errors.urlMissing)).toBeInTheDocument();
    expect(seen.options.jsonData.firewalls).toBeUndefined();
  });

  test('is not added under a name that is taken', async () => {
    const seen = edit(twoFirewalls);
    await userEvent.type(field(words.firewalls.newName), 'hq');
    expect(screen.getByText(errors.nameTaken)).toBeInTheDocument();
    await userEvent.type(field(words.firewalls.newUrl), 'https://other');
    await press(words.firewalls.add);
    expect(seen.options.jsonData.firewalls).toHaveLength(2);
  });

  test('gets its id from the name, and the form is empty again', async () => {
    const seen = edit();
    await userEvent.type(field(words.firewalls.newName), 'Head Office');
    await userEvent.type(field(words.firewalls.newUrl), 'https://fw:8443');
    await press(words.firewalls.add);
    expect(seen.options.jsonData.firewalls).toEqual([{ id: 'head-office', name: 'Head Office', url: 'https://fw:8443' }]);
    expect(field(words.firewalls.newName)).toHaveValue('');
    await userEvent.type(field(words.firewall.name, 'Head Office'), '!');
    expect(seen.options.jsonData.firewalls?.[0]).toMatchObject({ id: 'head-office', name: 'Head Office!' });
  });
});

describe('a firewall', () => {
  test('tells what is wrong with its fields, beside them', async () => {
    edit(twoFirewalls);
    await userEvent.clear(field(words.firewall.url, 'hq'));
    await userEvent.type(field(words.firewall.url, 'hq'), 'fw:8443');
    expect(within(screen.getByRole('group', { name: 'hq' })).getByText(errors.urlScheme)).toBeInTheDocument();
    expect(field(words.firewall.url, 'hq')).toBeInvalid();
    expect(field(words.firewall.url, 'dc')).toBeValid();
  });

  test('never shows a stored secret, and keeps the others when one is replaced', async () => {
    const seen = edit(twoFirewalls);
    expect(field(words.firewall.apiKey, 'hq')).toHaveValue(words.firewall.configured);
    await userEvent.click(within(screen.getByRole('group', { name: 'hq' })).getAllByRole('button', { name: 'Reset' })[0]!);
    const input = field(words.firewall.apiKey, 'hq');
    expect(input).toHaveAttribute('type', 'password');
    await userEvent.type(input, 'key=x');
    expect(screen.getByText(errors.secretPrefix)).toBeInTheDocument();
    await userEvent.clear(input);
    await userEvent.type(input, 'new');
    expect(seen.options.secureJsonData).toEqual({ 'hq.apiKey': 'new' });
    expect(seen.options.secureJsonFields).toEqual({ ...twoFirewalls.secureJsonFields, 'hq.apiKey': false });
  });

  test('goes with its secrets when it is removed, and only then', async () => {
    const seen = edit(twoFirewalls);
    await press(words.firewalls.remove({ name: 'hq' }));
    expect(seen.options.jsonData.firewalls).toHaveLength(2);
    const group = within(screen.getByRole('group', { name: 'hq' }));
    await userEvent.click(group.getByRole('button', { name: words.firewalls.removeConfirm }));
    expect(screen.queryByRole('group', { name: 'hq' })).not.toBeInTheDocument();
    expect(seen.options.secureJsonData).toEqual({ 'hq.apiKey': '', 'hq.apiSecret': '' });
    expect(seen.options.secureJsonFields).toMatchObject({ 'hq.apiKey': false, 'dc.apiKey': true });
  });

  test('shows only the fields of its kind of trust', async () => {
    const seen = edit({ jsonData: { firewalls: [{ id: 'hq', name: 'hq', url: 'https://hq' }] } });
    expect(field(words.tls.serverName)).toBeInTheDocument();
    await choose(words.tls.mode, new RegExp(words.tls.modes.pin.label));
    expect(screen.queryByLabelText(starting(words.tls.serverName))).not.toBeInTheDocument();
    expect(screen.getByText(errors.fingerprintMalformed)).toBeInTheDocument();
    await userEvent.click(field(words.tls.fingerprint));
    await userEvent.paste('ab'.repeat(32));
    expect(screen.queryByText(errors.fingerprintMalformed)).not.toBeInTheDocument();
    await choose(words.tls.mode, new RegExp(words.tls.modes.insecure.label));
    expect(screen.getByText(words.tls.insecureWarning)).toBeInTheDocument();
    await choose(words.tls.mode, new RegExp(words.tls.modes.ca.label));
    expect(screen.getByText(errors.caMalformed)).toBeInTheDocument();
    expect(seen.options.jsonData.firewalls?.[0]?.tls).toEqual({ mode: 'ca', fingerprint: 'ab'.repeat(32) });
  });

  test('takes expected interfaces, no device twice, and forgets an empty list', async () => {
    const seen = edit({ jsonData: { firewalls: [{ id: 'hq', name: 'hq', url: 'https://hq' }] } });
    await press(words.expect.add);
    expect(screen.getByText(errors.deviceMissing)).toBeInTheDocument();
    await userEvent.type(field(words.expect.device({ row: 1 })), 'wg1');
    await userEvent.type(field(words.expect.name({ row: 1 })), 'to branch');
    await press(words.expect.add);
    await userEvent.type(field(words.expect.device({ row: 2 })), 'wg1');
    expect(screen.getByText(errors.deviceTaken)).toBeInTheDocument();
    await press(words.expect.remove({ row: 2 }));
    expect(seen.options.jsonData.firewalls?.[0]?.expect).toEqual([{ device: 'wg1', name: 'to branch' }]);
    await press(words.expect.remove({ row: 1 }));
    expect(seen.options.jsonData.firewalls?.[0]?.expect).toBeUndefined();
  });
});

describe('what a firewall should have', () => {
  const one = { jsonData: { firewalls: [{ id: 'hq', name: 'hq', url: 'https://hq' }] } };
  const kept = (seen: { options: Options }) => seen.options.jsonData.firewalls?.[0];

  test('CARP is a number, or none, or not said', async () => {
    const seen = edit({
      jsonData: { firewalls: [{ id: 'hq', name: 'hq', url: 'https://hq', expect: [{ device: 'wg1', name: '' }] }] },
    });
    const carp = field(words.expect.carp({ row: 1 }));
    await userEvent.type(carp, '300');
    expect(screen.getByText(errors.carpMalformed)).toBeInTheDocument();
    await userEvent.clear(carp);
    await userEvent.type(carp, '12');
    expect(kept(seen)?.expect).toEqual([{ device: 'wg1', name: '', carp: 12 }]);
    await userEvent.clear(carp);
    expect(kept(seen)?.expect?.[0]?.carp).toBeUndefined();
    await userEvent.type(carp, 'none');
    expect(kept(seen)?.expect?.[0]?.carp).toBe('none');
    expect(screen.queryByText(errors.carpMalformed)).not.toBeInTheDocument();
  });

  test('peers are chosen from what the saved firewall reports, or typed', async () => {
    const asked = fakeBackend(({ url }) =>
      url.endsWith('/peers') ? [{ opnsense_instance: 'hq', device: 'wg1', peer_name: 'branch', public_key: 'K=' }] : []
    );
    const seen = edit(one);
    await choose(starting(words.peers.expectPeers), /branch/);
    expect(asked.map(({ params }) => params)).toContainEqual({ firewall: 'hq' });
    expect(kept(seen)?.expectPeers).toEqual(['branch']);
    const list = await openList(starting(words.peers.ignorePeers));
    await userEvent.type(list, ' phone ');
    await userEvent.click(await screen.findByRole('option', { name: new RegExp(texts.query.customValue) }));
    expect(kept(seen)?.ignorePeers).toEqual(['phone']);
  });

  test('a firewall that cannot be asked keeps nobody from typing a peer', async () => {
    fakeBackend(() => new Refusal(502, { error: 'hq: refused' }));
    const seen = edit(one);
    await userEvent.type(await openList(starting(words.peers.expectPeers)), 'branch');
    await userEvent.click(await screen.findByRole('option', { name: new RegExp(texts.query.customValue) }));
    expect(kept(seen)?.expectPeers).toEqual(['branch']);
  });

  test('the configuration is read only where somebody asks for it, after being told what that means', async () => {
    const seen = edit(one);
    const toggle = screen.getByRole('switch', { name: starting(words.readConfiguration.label) });
    expect(toggle).not.toBeChecked();
    expect(screen.getByText(words.readConfiguration.description)).toBeInTheDocument();
    await userEvent.click(toggle);
    expect(kept(seen)?.readConfiguration).toBe(true);
  });
});

describe('general settings', () => {
  test('name a bad duration; an empty one is the default', async () => {
    const seen = edit({ jsonData: { pollInterval: '5s' } });
    expect(screen.getByText(errors.pollIntervalRange)).toBeInTheDocument();
    await userEvent.clear(field(words.general.pollInterval));
    expect(seen.options.jsonData.pollInterval).toBeUndefined();
    await userEvent.type(field(words.general.requestTimeout), 'soon');
    expect(screen.getByText(errors.durationMalformed)).toBeInTheDocument();
  });

  test.each([
    ['retention', '5m', errors.retentionRange],
    ['retention', '1000h', errors.retentionRange],
    ['retention', 'a day', errors.durationMalformed],
    ['liveMinInterval', '500ms', errors.liveMinIntervalRange],
    ['liveMinInterval', '3m', errors.liveMinIntervalRange],
  ] as const)('name a bad %s: %s', (key, value, problem) => {
    edit({ jsonData: { [key]: value } });
    expect(screen.getByText(problem)).toBeInTheDocument();
    expect(field(words.general[key])).toBeInvalid();
  });

  test.each(['retention', 'liveMinInterval'] as const)('switch off by 0, also as a number: %s', async (key) => {
    const seen = edit({ jsonData: { [key]: 0 } });
    expect(field(words.general[key])).toBeValid();
    expect(field(words.general[key])).toHaveValue('0');
    await userEvent.clear(field(words.general[key]));
    expect(seen.options.jsonData[key]).toBeUndefined();
    await userEvent.type(field(words.general[key]), '0');
    expect(seen.options.jsonData[key]).toBe('0');
  });

  test('keep what a newer version has stored', async () => {
    const seen = edit({ jsonData: { colour: 'red' } as Settings });
    await userEvent.type(field(words.general.forgetAfter), '7d');
    expect(seen.options.jsonData).toEqual({ colour: 'red', forgetAfter: '7d' });
  });

  test('offer the proxy only where Grafana has one', async () => {
    jest.replaceProperty(config, 'secureSocksDSProxyEnabled', true);
    const seen = edit();
    await userEvent.click(screen.getByRole('switch', { name: new RegExp(words.general.socksProxy) }));
    expect(seen.options.jsonData.enableSecureSocksProxy).toBe(true);
  });
});

test('what a provisioning file made can be read and not changed', () => {
  edit({ ...twoFirewalls, readOnly: true });
  expect(screen.getByText(words.readOnly)).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: words.firewalls.add })).not.toBeInTheDocument();
  const settings = [words.firewalls.title, words.general.title].map((name) => within(screen.getByRole('group', { name })));
  const controls = settings.flatMap((part) =>
    ['textbox', 'combobox', 'switch', 'button'].flatMap((role) => part.queryAllByRole(role))
  );
  expect(controls.length).toBeGreaterThan(10);
  const toLook = ['hq', 'dc'].map((name) => screen.getByRole('button', { name: words.firewalls.open({ name }) }));
  toLook.forEach((toggle) => expect(toggle).toBeEnabled());
  controls.filter((control) => !toLook.includes(control)).forEach((control) => expect(control).toBeDisabled());
  expect(field(words.firewall.apiSecret, 'dc')).toHaveValue(words.firewall.configured);
});
