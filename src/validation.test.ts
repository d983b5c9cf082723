import { durationSeconds } from './duration';
import { texts } from './selectors';
import {
  caProblem,
  carpProblem,
  deviceProblem,
  durationProblem,
  fingerprintProblem,
  historySizeProblem,
  nameProblem,
  secretProblem,
  urlProblem,
} from './validation';

const { errors } = texts;
const hex = 'ab'.repeat(32);

test.each([
  ['', errors.urlMissing],
  ['   ', errors.urlMissing],
  ['fw.example', errors.urlMalformed],
  ['https://', errors.urlMalformed],
  ['https://fw example', errors.urlMalformed],
  ['https://fw:99999', errors.urlMalformed],
  ['fw.example:8443', errors.urlScheme],
  ['ftp://fw.example', errors.urlScheme],
  ['javascript:alert(1)', errors.urlScheme],
  ['https://root:secret@fw.example', errors.urlCredentials],
  ['https://fw.example:8443', undefined],
  [' https://fw.example/opnsense/ ', undefined],
  ['https://[2001:db8::1]:8443', undefined],
  ['https://fw.example/ui/wireguard/general#instances', undefined],
])('URL %j', (url, problem) => {
  expect(urlProblem(url)).toBe(problem);
});

test.each([
  [' ', errors.nameMissing],
  ['hq', errors.nameTaken],
  [' hq ', errors.nameTaken],
  ['HQ', undefined],
])('name %j', (name, problem) => {
  expect(nameProblem(name, [{ id: 'hq', name: 'hq', url: '' }])).toBe(problem);
});

test.each([
  [undefined, errors.fingerprintMalformed],
  ['ab:cd', errors.fingerprintMalformed],
  [`${hex}00`, errors.fingerprintMalformed],
  ['g'.repeat(64), errors.fingerprintMalformed],
  [hex, undefined],
  [hex.toUpperCase().replace(/..(?!$)/g, '$&:'), undefined],
])('fingerprint %j', (fingerprint, problem) => {
  expect(fingerprintProblem({ fingerprint })).toBe(problem);
});

test.each([
  [undefined, errors.caMalformed],
  ['MIIB', errors.caMalformed],
  ['-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----', errors.caMalformed],
  ['-----BEGIN CERTIFICATE-----\nMIIB', errors.caMalformed],
  ['-----BEGIN CERTIFICATE-----\nMIIB+/=\n-----END CERTIFICATE-----\n', undefined],
])('CA %j', (ca, problem) => {
  expect(caProblem({ ca })).toBe(problem);
});

test.each([
  ['apiKey', 'key=abc', errors.secretPrefix],
  ['apiKey', 'abc\nsecret=def', errors.secretSpace],
  ['apiKey', 'abc:def', errors.keyColon],
  ['apiSecret', 'secret=abc', errors.secretPrefix],
  ['apiSecret', 'abc:def', undefined],
  ['apiKey', '', undefined],
  ['apiKey', 'w86XNZob/8Oq8aC5r0kbNarNtdpoQU781fyoeaOBQsBwkXUt\n', undefined],
] as const)('%s %j', (name, value, problem) => {
  expect(secretProblem(name, value)).toBe(problem);
});

test.each([
  [{ device: '', name: 'a' }, errors.deviceMissing],
  [{ device: 'wg1', name: 'b' }, errors.deviceTaken],
  [{ device: 'wg2', name: '' }, undefined],
])('expected interface %j', (entry, problem) => {
  expect(deviceProblem(entry, [{ device: 'wg1', name: 'a' }])).toBe(problem);
});

test.each([
  [0, errors.carpMalformed],
  [256, errors.carpMalformed],
  [-1, errors.carpMalformed],
  [1.5, errors.carpMalformed],
  ['vhid 1', errors.carpMalformed],
  ['None', errors.carpMalformed],
  [1, undefined],
  [255, undefined],
  ['7', undefined],
  ['none', undefined],
  ['', undefined],
  [undefined, undefined],
])('CARP %j', (carp, problem) => {
  expect(carpProblem({ device: 'wg1', name: '', carp })).toBe(problem);
});

test.each([
  ['', undefined],
  ['30', undefined],
  ['s', undefined],
  ['-30s', undefined],
  ['30 s', undefined],
  ['1d12h', undefined],
  ['0', 0],
  ['500ms', 0.5],
  ['30s', 30],
  ['1m30s', 90],
  ['1.5h', 5400],
  ['168h', 604800],
  ['7d', 604800],
  ['1w', 604800],
])('duration %j', (text, seconds) => {
  expect(durationSeconds(text)).toBe(seconds);
});

const bounds = { min: 10, max: 120, range: 'range' };

test.each([
  ['soon', errors.durationMalformed],
  ['9s', 'range'],
  ['3m', 'range'],
  ['0', 'range'],
  ['', undefined],
  ['10s', undefined],
  ['2m', undefined],
])('duration %j between 10s and 2m', (text, problem) => {
  expect(durationProblem(text, bounds)).toBe(problem);
});

test.each([
  ['off', errors.durationMalformed],
  ['-0', errors.durationMalformed],
  ['1ms', 'range'],
  ['9s', 'range'],
  ['0', undefined],
  ['0s', undefined],
  ['10s', undefined],
])('duration %j between 10s and 2m, or 0', (text, problem) => {
  expect(durationProblem(text, { ...bounds, zero: true })).toBe(problem);
});

test.each([
  ['0', errors.historyMaxBytesRange],
  ['4097', errors.historyMaxBytesRange],
  ['-1', errors.historyMaxBytesRange],
  ['0.5', errors.historyMaxBytesRange],
  ['1e3', errors.historyMaxBytesRange],
  ['64 MiB', errors.historyMaxBytesRange],
  ['', undefined],
  ['1', undefined],
  [' 64 ', undefined],
  ['4096', undefined],
])('history of %j MiB', (text, problem) => {
  expect(historySizeProblem(text)).toBe(problem);
});
