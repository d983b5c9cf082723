import { duplicateFirewall, moveFirewall } from './firewallList';
import { firewallsOf, type Options, type Settings } from './settings';
import { newOptions } from './testkit';

const three = newOptions({
  jsonData: {
    firewalls: [
      { id: 'hq', name: 'hq', url: 'https://hq', tls: { mode: 'insecure' }, expect: [{ device: 'wg1', name: '' }] },
      { id: 'dc', name: 'hq copy', url: 'https://dc' },
      { id: 'lab', name: 'lab', url: 'https://lab' },
    ],
    pollInterval: '1m',
  },
  secureJsonData: { 'hq.apiKey': 'typed' },
  secureJsonFields: { 'hq.apiSecret': true, 'lab-copy.apiKey': true },
});

const ids = (options: Options) => firewallsOf(options).map(({ id }) => id);
const names = (options: Options) => firewallsOf(options).map(({ name }) => name);

test('a firewall that is not there is neither copied nor moved', () => {
  expect(duplicateFirewall(three, 'gone')).toBe(three);
  expect(moveFirewall(three, 'gone', 1)).toBe(three);
});

test('a copy of a firewall without a name has one', () => {
  const unnamed = newOptions({ jsonData: { firewalls: [{ id: 'hq' }] } as Settings });
  expect(names(duplicateFirewall(unnamed, 'hq'))).toEqual(['', 'copy']);
});

test('a copy stands below, has its own name and id, all settings and no secrets', () => {
  const copied = duplicateFirewall(three, 'hq');
  expect(names(copied)).toEqual(['hq', 'hq copy 2', 'hq copy', 'lab']);
  expect(firewallsOf(copied)[1]).toEqual({
    id: 'hq-copy-2',
    name: 'hq copy 2',
    url: 'https://hq',
    tls: { mode: 'insecure' },
    expect: [{ device: 'wg1', name: '' }],
  });
  expect(copied.jsonData.pollInterval).toBe('1m');
  expect(copied.secureJsonData).toEqual(three.secureJsonData);
  expect(copied.secureJsonFields).toEqual(three.secureJsonFields);
  expect(names(duplicateFirewall(copied, 'hq'))).toEqual(['hq', 'hq copy 3', 'hq copy 2', 'hq copy', 'lab']);
});

test('a copy does not inherit secrets that are stored under its id', () => {
  expect(ids(duplicateFirewall(three, 'lab'))).toEqual(['hq', 'dc', 'lab', 'lab-copy-2']);
});

test.each([
  ['hq', -1, ['hq', 'dc', 'lab']],
  ['lab', 1, ['hq', 'dc', 'lab']],
  ['hq', 1, ['dc', 'hq', 'lab']],
  ['lab', -1, ['hq', 'lab', 'dc']],
] as const)('%s moved by %i', (id, by, order) => {
  expect(ids(moveFirewall(three, id, by))).toEqual(order);
});
