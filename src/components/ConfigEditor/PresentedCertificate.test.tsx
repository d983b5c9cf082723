import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import type { Certificate } from '../../resources';
import { texts } from '../../selectors';
import type { FirewallSettings, Options } from '../../settings';
import { editOptions, fakeBackend, Refusal } from '../../testkit';
import { ConfigEditor } from './ConfigEditor';

const words = texts.config.certificate;
const sha256 = 'ab'.repeat(32);

const certificate = (part: Partial<Certificate> = {}): Certificate => ({
  firewall: 'hq',
  name: 'hq',
  url: 'https://hq',
  subject: 'CN=hq',
  issuer: 'CN=authority',
  dnsNames: ['hq'],
  ipAddresses: ['192.0.2.1'],
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: '2027-01-01T00:00:00Z',
  sha256,
  selfSigned: false,
  trusted: false,
  reason: 'it expired',
  ...part,
});

const edit = (firewall: Partial<FirewallSettings> = {}, part: Partial<Options> = {}) =>
  editOptions(ConfigEditor, { jsonData: { firewalls: [{ id: 'hq', name: 'hq', url: 'https://hq', ...firewall }] }, ...part });
const show = () => userEvent.click(screen.getByRole('button', { name: words.show }));
const pin = () => screen.queryByRole('button', { name: words.pin });
const card = () => within(screen.getByRole('group', { name: 'hq' }));

test.each([
  ['not saved yet', new Refusal(404, { error: 'save the data source first' }), 'save the data source first'],
  ['no Admin', new Refusal(403, { error: 'only Admins' }), 'only Admins'],
  ['no answer', new Refusal(502, { error: 'hq: refused' }), 'hq: refused'],
])('%s: tells why, and pins nothing', async (_, refusal, reason) => {
  fakeBackend(() => refusal);
  edit();
  await show();
  expect(await card().findByText(reason)).toBeInTheDocument();
  expect(pin()).not.toBeInTheDocument();
});

test('nothing is asked before somebody wants to see it', () => {
  const log = fakeBackend(() => certificate());
  edit();
  expect(log).toEqual([]);
});

test('shows what people compare, then pins it with one click and keeps the other fields', async () => {
  const log = fakeBackend(() => certificate());
  const seen = edit({ tls: { serverName: 'fw' } });
  await show();
  expect(await card().findByText('AB:'.repeat(31) + 'AB')).toBeInTheDocument();
  ['CN=hq', 'hq, 192.0.2.1', 'CN=authority', words.untrusted({ reason: 'it expired' })].forEach((fact) =>
    expect(card().getByText(fact)).toBeInTheDocument()
  );
  expect(log).toMatchObject([{ url: '/api/datasources/uid/wg/resources/certificate', params: { firewall: 'hq' } }]);
  await userEvent.click(pin()!);
  expect(seen.options.jsonData.firewalls?.[0]?.tls).toEqual({ mode: 'pin', fingerprint: sha256, serverName: 'fw' });
  expect(card().getByText(words.pinned)).toBeInTheDocument();
  expect(pin()).not.toBeInTheDocument();
});

test('a fingerprint that is written otherwise is the same', async () => {
  fakeBackend(() => certificate());
  edit({ tls: { mode: 'pin', fingerprint: 'AB:'.repeat(31) + 'AB' } });
  await show();
  expect(await card().findByText(words.pinned)).toBeInTheDocument();
});

test('says so when it is the certificate of an older address', async () => {
  fakeBackend(() => certificate({ url: 'https://old' }));
  edit();
  await show();
  expect(await card().findByText(words.otherUrl({ url: 'https://old' }))).toBeInTheDocument();
});

test('one that signed itself, and one that is trusted anyway', async () => {
  fakeBackend(() => certificate({ selfSigned: true, trusted: true, reason: undefined }));
  edit();
  await show();
  expect(await card().findByText(words.selfSigned)).toBeInTheDocument();
  expect(card().getByText(words.trusted)).toBeInTheDocument();
});

test('a provisioned data source cannot be asked to pin', () => {
  fakeBackend(() => certificate());
  edit({}, { readOnly: true });
  expect(screen.getByRole('button', { name: words.show })).toBeDisabled();
  expect(pin()).not.toBeInTheDocument();
});
