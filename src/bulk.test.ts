import { addPasted, parseBulk } from './bulk';
import { texts } from './selectors';
import { newOptions } from './testkit';

const words = texts.config.bulk;
const hq = { id: 'hq', name: 'hq', url: 'https://hq' };
const problems = (text: string) => parseBulk(text, [hq]).problems;
const at = (number: number, problem: string) => words.at({ number, problem });

describe('what cannot be added is named, with the place', () => {
  test.each<[string, string, string[]]>([
    ['a sentence', 'hello', [words.noList]],
    ['a list of texts', '- hq\n- branch', [words.noList]],
    ['one firewall that is no list', 'name: a\nurl: https://a', [words.noList]],
    ['a YAML that breaks off', '- name: "a', [words.unreadable({ reason: 'unexpected end of the stream within a double quoted scalar (2)' })]],
    ['no address', 'name,url\na,', [at(1, texts.errors.urlMissing)]],
    ['no name', 'name,url\n,https://a', [at(1, texts.errors.nameMissing)]],
    ['a name that is there', 'name,url\nhq,https://a', [at(1, texts.errors.nameTaken)]],
    ['a name twice', 'name,url\na,https://a\na,https://b', [at(2, texts.errors.nameTaken)]],
    ['a secret with its prefix', 'name,url,apiSecret\na,https://a,secret=x', [at(1, texts.errors.secretPrefix)]],
    ['a column that we do not know', 'name,url,key\na,https://a,k', [
      words.unknownColumn({ name: 'key', allowed: 'name, url, apiKey, apiSecret, tls, fingerprint, serverName' }),
      at(1, words.unknownField({ name: 'key', allowed: 'name, url, apiKey, apiSecret, tls, expect, expectPeers, ignorePeers, readConfiguration' })),
    ]],
    ['a mode that we do not know', 'name,url,tls\na,https://a,strict', [at(1, words.unknownMode({ mode: 'strict', allowed: 'system, ca, pin, insecure' }))]],
    ['a field of tls that we do not know', '- {name: a, url: https://a, tls: {finger: x}}', [at(1, words.unknownField({ name: 'tls.finger', allowed: 'mode, ca, fingerprint, serverName' }))]],
    ['a field of expect that we do not know', '- {name: a, url: https://a, expect: [{dev: x}]}', [at(1, words.unknownField({ name: 'expect.dev', allowed: 'device, name, carp' }))]],
    ['a line with a value too many', 'name,url\na,https://a,x', [at(1, 'Too many fields: expected 2 fields but parsed 3'), at(1, words.unknownField({ name: '__parsed_extra', allowed: 'name, url, apiKey, apiSecret, tls, expect, expectPeers, ignorePeers, readConfiguration' }))]],
  ])('%s', (_, text, expected) => expect(problems(text)).toEqual(expected));
});

test('nothing is no problem and nothing to add', () => {
  expect(parseBulk(' \n ', [])).toEqual({ firewalls: [], problems: [] });
});

test('a CSV, with what spreadsheets make of one', () => {
  const text = '\uFEFFname;url;apiKey;apiSecret;fingerprint\r\n"site; north";fw-n.example:8443;0123;"a""b";AB:CD\r\n\r\nsouth;https://s/ui/core;;;\r\n';
  expect(parseBulk(text, [hq])).toEqual({
    firewalls: [
      {
        firewall: { name: 'site; north', url: 'https://fw-n.example:8443', tls: { mode: 'pin', fingerprint: 'AB:CD' } },
        secrets: { apiKey: '0123', apiSecret: 'a"b' },
      },
      { firewall: { name: 'south', url: 'https://s' }, secrets: { apiKey: '', apiSecret: '' } },
    ],
    problems: [],
  });
});

test('the YAML of a provisioning file; secrets of digits stay texts', () => {
  const text = `firewalls:
  - name: north
    url: https://n
    apiKey: 0123
    tls: { mode: ca, ca: "PEM", serverName: "" }
    expect: [{ device: wg1, name: a, carp: 7 }, { device: wg2, name: b, carp: none }]
    expectPeers: [branch]
    readConfiguration: true
`;
  expect(parseBulk(text, [])).toEqual({
    firewalls: [
      {
        firewall: {
          name: 'north',
          url: 'https://n',
          tls: { mode: 'ca', ca: 'PEM' },
          expect: [
            { device: 'wg1', name: 'a', carp: 7 },
            { device: 'wg2', name: 'b', carp: 'none' },
          ],
          expectPeers: ['branch'],
          readConfiguration: true,
        },
        secrets: { apiKey: '0123', apiSecret: '' },
      },
    ],
    problems: [],
  });
});

test('each gets an id of its own, below those that are there; empty secrets are none', () => {
  const options = newOptions({ jsonData: { firewalls: [hq] }, secureJsonFields: { 'hq.apiKey': true, 'hq-2.apiKey': true } });
  const { firewalls } = parseBulk('name,url,apiKey,apiSecret\nHQ,https://a,k,s\nbranch,https://b,,', [hq]);
  const added = addPasted(options, firewalls);
  expect(added.jsonData.firewalls?.map(({ id, name }) => [id, name])).toEqual([['hq', 'hq'], ['hq-3', 'HQ'], ['branch', 'branch']]);
  expect(added.secureJsonData).toEqual({ 'hq-3.apiKey': 'k', 'hq-3.apiSecret': 's' });
  expect(added.secureJsonFields).toMatchObject({ 'hq.apiKey': true, 'hq-2.apiKey': true });
});
