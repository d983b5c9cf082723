import {
  addFirewall,
  changeFirewall,
  changeSettings,
  firewallsOf,
  type Options,
  removeFirewall,
  resetSecret,
  type Settings,
  typeSecret,
} from './settings';
import { newOptions } from './testkit';

const twoFirewalls = newOptions({
  jsonData: {
    firewalls: [
      { id: 'hq', name: 'hq', url: 'https://hq' },
      { id: 'dc', name: 'dc', url: 'https://dc' },
    ],
  },
  secureJsonFields: { 'hq.apiKey': true, 'hq.apiSecret': true, 'dc.apiKey': true, 'dc.apiSecret': true },
});

const lastId = (options: Options) => firewallsOf(options).at(-1)?.id;

describe('firewallsOf', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'hq'],
    ['an object', { id: 'hq' }],
    ['a list of what is no firewall', [null, 'hq', 3]],
  ])('reads %s as no firewalls', (_, firewalls) => {
    expect(firewallsOf(newOptions({ jsonData: { firewalls } as Settings }))).toEqual([]);
  });

  test('fills in texts that are missing', () => {
    const jsonData = { firewalls: [{ id: 'hq', expect: [{ device: 'wg1', carp: 'none' }, null] }] } as unknown as Settings;
    expect(firewallsOf(newOptions({ jsonData }))).toEqual([
      { id: 'hq', name: '', url: '', expect: [{ device: 'wg1', name: '', carp: 'none' }] },
    ]);
  });

  test('makes lists of peers of what is none', () => {
    const jsonData = { firewalls: [{ id: 'hq', expectPeers: ['a', 3, null], ignorePeers: 'b' }] } as unknown as Settings;
    expect(firewallsOf(newOptions({ jsonData }))[0]).toMatchObject({ expectPeers: ['a'], ignorePeers: [] });
  });
});

describe('the id of a new firewall', () => {
  test.each([
    ['東京', 'firewall'],
    ['../../etc', 'etc'],
    ['  HQ Zürich (1) ', 'hq-zurich-1'],
    ['a.b', 'a-b'],
    ['x'.repeat(100), 'x'.repeat(56)],
  ])('%s', (name, id) => {
    expect(lastId(addFirewall(newOptions(), name, 'https://fw'))).toBe(id);
  });

  test('is not one that a firewall has', () => {
    const third = addFirewall(addFirewall(twoFirewalls, 'hq', 'https://a'), 'HQ', 'https://b');
    expect(firewallsOf(third).map((firewall) => firewall.id)).toEqual(['hq', 'dc', 'hq-2', 'hq-3']);
  });

  test('is not one that secrets are still stored for', () => {
    const left = newOptions({ secureJsonFields: { 'hq.apiKey': true } });
    expect(lastId(addFirewall(left, 'hq', 'https://fw'))).toBe('hq-2');
  });

  test('stays when the name changes', () => {
    expect(firewallsOf(changeFirewall(twoFirewalls, 'hq', { name: 'Head office' }))[0]).toEqual({
      id: 'hq',
      name: 'Head office',
      url: 'https://hq',
    });
  });
});

test('what this version does not know survives a change, in general and within a firewall', () => {
  const jsonData = {
    history: '24h',
    firewalls: [{ id: 'hq', name: 'hq', url: 'https://hq', priority: 3 }],
  } as unknown as Settings;
  const changed = changeSettings(changeFirewall(newOptions({ jsonData }), 'hq', { url: 'https://new' }), {
    pollInterval: '1m',
  });
  expect(changed.jsonData).toEqual({
    history: '24h',
    pollInterval: '1m',
    firewalls: [{ id: 'hq', name: 'hq', url: 'https://new', priority: 3 }],
  });
});

describe('secrets', () => {
  test('typing one keeps the others', () => {
    const typed = typeSecret(typeSecret(twoFirewalls, 'hq.apiKey', 'k'), 'dc.apiSecret', 's');
    expect(typed.secureJsonData).toEqual({ 'hq.apiKey': 'k', 'dc.apiSecret': 's' });
    expect(typed.secureJsonFields).toEqual(twoFirewalls.secureJsonFields);
  });

  test('resetting one keeps the others', () => {
    const reset = resetSecret(typeSecret(twoFirewalls, 'dc.apiSecret', 's'), 'hq.apiKey');
    expect(reset.secureJsonData).toEqual({ 'hq.apiKey': '', 'dc.apiSecret': 's' });
    expect(reset.secureJsonFields).toEqual({ ...twoFirewalls.secureJsonFields, 'hq.apiKey': false });
  });

  test('a removed firewall takes its secrets along and leaves those of the others', () => {
    const rest = removeFirewall(twoFirewalls, 'hq');
    expect(firewallsOf(rest).map((firewall) => firewall.id)).toEqual(['dc']);
    expect(rest.secureJsonData).toEqual({ 'hq.apiKey': '', 'hq.apiSecret': '' });
    expect(rest.secureJsonFields).toEqual({
      'hq.apiKey': false,
      'hq.apiSecret': false,
      'dc.apiKey': true,
      'dc.apiSecret': true,
    });
  });

  test('a later firewall of the same name starts without secrets', () => {
    const again = addFirewall(removeFirewall(twoFirewalls, 'hq'), 'hq', 'https://other');
    const id = lastId(again) ?? '';
    expect(again.secureJsonData?.[`${id}.apiKey`]).toBe('');
    expect(again.secureJsonFields?.[`${id}.apiKey`]).toBe(false);
  });
});
