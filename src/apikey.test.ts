import { fillSecrets, parseApiKeyFile } from './apikey';
import { newOptions } from './testkit';

const both = { apiKey: 'k+/1==', apiSecret: 's+/2==' };

test.each([
  ['nothing', '', undefined],
  ['other text', 'hello\nworld', undefined],
  ['names without values', 'key=\nsecret=\n', undefined],
  ['a name within a line', 'the key=abc', undefined],
  ['another name', 'apikey=abc\nsecrets=def', undefined],
  ['a value with a space', 'key=a secret=b', undefined],
  ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB=\n-----END CERTIFICATE-----', undefined],
  ['a key without value does not take the next line', 'key=\nsecret=s', { apiSecret: 's' }],
  ['only a key', 'key=k\n', { apiKey: 'k' }],
  ['two files in one: the first', 'key=a\nsecret=b\nkey=c\nsecret=d', { apiKey: 'a', apiSecret: 'b' }],
  ['as OPNsense writes it', 'key=k+/1==\nsecret=s+/2==\n', both],
  ['CRLF, no line break at the end', 'key=k+/1==\r\nsecret=s+/2==', both],
  ['a byte order mark', '\uFEFFkey=k+/1==\r\nsecret=s+/2==\r\n', both],
  ['the other order, blank lines', '\n\nsecret=s+/2==\n\nkey=k+/1==\n\n', both],
  ['spaces around', '  key = k+/1==\t\n\tsecret= s+/2==  ', both],
])('%s', (_, text, expected) => {
  expect(parseApiKeyFile(text)).toEqual(expected);
});

test('what is filled in replaces what is stored and keeps everything else', () => {
  const options = newOptions({
    secureJsonData: { 'dc.apiKey': 'typed', 'hq.apiKey': 'half' },
    secureJsonFields: { 'hq.apiKey': true, 'hq.apiSecret': true, 'dc.apiSecret': true },
  });
  expect(fillSecrets(options, 'hq', both)).toEqual({
    ...options,
    secureJsonData: { 'dc.apiKey': 'typed', 'hq.apiKey': 'k+/1==', 'hq.apiSecret': 's+/2==' },
    secureJsonFields: { 'hq.apiKey': false, 'hq.apiSecret': false, 'dc.apiSecret': true },
  });
  expect(fillSecrets(options, 'hq', { apiKey: 'k' })).toEqual({
    ...options,
    secureJsonData: { 'dc.apiKey': 'typed', 'hq.apiKey': 'k' },
    secureJsonFields: { 'hq.apiKey': false, 'hq.apiSecret': true, 'dc.apiSecret': true },
  });
});
