import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import type { AlertRule } from '../../alertRules';
import { texts } from '../../selectors';
import { fakeBackend, Refusal } from '../../testkit';
import { AlertRules } from './AlertRules';

const words = texts.config.alertRules;

const rule = (title: string, part: Partial<AlertRule> = {}) => ({
  uid: `wg-${title}`,
  title,
  for: '2m',
  data: [],
  labels: { severity: 'critical' },
  isPaused: false,
  ...part,
});

/** A Grafana that keeps the rules that it is given. */
function grafana(shipped: object[], rules: object[] = [], mayWrite = true) {
  const kept = [...rules];
  return fakeBackend(({ method, url, data }) => {
    if (url.includes('/uid/')) {
      return { rules: shipped };
    }
    if (url === '/api/folders') {
      return [{ uid: 'f', title: 'OPNsense' }];
    }
    if (method === 'GET') {
      return kept;
    }
    if (!mayWrite) {
      return new Refusal(403, { message: 'No right to write rules.' });
    }
    const written = data as { uid: string };
    kept.splice(0, kept.length, ...kept.filter((other) => (other as { uid: string }).uid !== written.uid), written);
    return written;
  });
}

const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));
const stateOf = (title: string) => within(screen.getByText(title).closest('tr')!).getAllByRole('cell').at(-1)?.textContent;
const show = async () => {
  render(<AlertRules uid="wg" />);
  await press(words.show);
  await screen.findByRole('table');
};

test('asks for nothing before somebody wants to see the rules', () => {
  const log = grafana([rule('a')]);
  render(<AlertRules uid="wg" />);
  expect(log).toEqual([]);
  expect(screen.getByRole('link', { name: words.download })).toHaveAttribute(
    'href',
    '/api/datasources/uid/wg/resources/alert-rules?format=file'
  );
});

test('shows each rule and how it stands, and says that a file provides some', async () => {
  const shipped = [rule('a'), rule('b'), rule('c', { isPaused: true }), rule('d')];
  grafana(shipped, [rule('a', { isPaused: true }), rule('b', { for: '9m' }), rule('d', { provenance: 'file' })]);
  await show();
  expect(stateOf('a')).toBe(`${words.states.installed} (${words.paused})`);
  expect(stateOf('b')).toBe(words.states.changed);
  expect(stateOf('c')).toBe(`${words.states.missing} (${words.shippedPaused})`);
  expect(stateOf('d')).toBe(words.states.file);
  expect(screen.getByText(words.fromFile)).toBeInTheDocument();
});

test('installs what is missing, then offers it no more', async () => {
  grafana([rule('a'), rule('b')], [rule('a')]);
  await show();
  await press(words.install({ number: 1 }));
  expect(await screen.findByText(words.done)).toBeInTheDocument();
  expect(stateOf('b')).toBe(words.states.installed);
  expect(screen.queryByRole('button', { name: words.install({ number: 1 }) })).not.toBeInTheDocument();
});

test('puts changes back only after a second look', async () => {
  const log = grafana([rule('a')], [rule('a', { for: '9m' })]);
  await show();
  await press(words.restore({ number: 1 }));
  expect(log.some(({ method }) => method === 'PUT')).toBe(false);
  await press(words.restoreConfirm);
  expect(await screen.findByText(words.done)).toBeInTheDocument();
  expect(stateOf('a')).toBe(words.states.installed);
});

test('tells why Grafana refused, and does not say that it is done', async () => {
  grafana([rule('a')], [], false);
  await show();
  await press(words.install({ number: 1 }));
  expect(await screen.findByText(words.failed({ reason: 'No right to write rules.' }))).toBeInTheDocument();
  expect(screen.queryByText(words.done)).not.toBeInTheDocument();
  expect(stateOf('a')).toBe(words.states.missing);
});

test('who may not read rules can still see and download them', async () => {
  fakeBackend(({ url }) => (url.includes('/uid/') ? { rules: [rule('a')] } : new Refusal(403, { message: 'No right.' })));
  await show();
  expect(stateOf('a')).toBe(words.states.unknown);
  expect(screen.getByText(words.unreadable({ reason: 'No right.' }))).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: /Install/ })).not.toBeInTheDocument();
});
