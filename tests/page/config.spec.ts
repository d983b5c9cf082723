import type { Locator, Page } from '@playwright/test';

import { english, fill, page as pageWords } from '../words';
import { expect, test } from './fixtures';

const words = english.config;

test.beforeEach(({ page }) => page.goto('/#config'));

/** The card of a firewall is a group with the name of the firewall. */
const card = (page: Page, name: string) => page.getByRole('group', { name, exact: true });
/** A field's label holds its description as well. */
const field = (page: Page, firewall: string, key: 'name' | 'url' | 'apiKey' | 'apiSecret') => {
  const { nameDescription, urlDescription } = words.firewall;
  const description = { name: nameDescription, url: urlDescription, apiKey: '', apiSecret: '' }[key];
  return card(page, firewall).getByLabel(new RegExp(`^${words.firewall[key]}\\s*${description}$`));
};
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const result = (page: Page) => page.getByRole('status', { name: pageWords.config.testing });
const saveAndTest = (page: Page) => button(page, pageWords.config.save).click();
/** What a card tells of its own accord, to screen readers too. */
const said = (page: Page, firewall: string, text: string | RegExp) => card(page, firewall).getByRole('status').filter({ hasText: text });
/** The names in the order of the cards. */
const names = (page: Page) => page.getByRole('main').getByRole('heading', { level: 4 });

async function addFirewall(page: Page, name: string, url: string) {
  await page.getByLabel(words.firewalls.newName).fill(name);
  await page.getByLabel(words.firewalls.newUrl).fill(url);
  await button(page, words.firewalls.add).click();
}

test('tells of each firewall what was read', async ({ page, look }) => {
  await saveAndTest(page);
  await expect(result(page)).toContainText('2 firewalls can be read');
  await expect(result(page)).toContainText(/hq: read in \d+ ms, 2 interfaces, 3 peers/);
  await expect(result(page)).toContainText(/branch: read in \d+ ms, 2 interfaces, 2 peers/);
  await expect(said(page, 'hq', /read in \d+ ms, 2 interfaces, 3 peers/)).toBeVisible();
  await expect(said(page, 'branch', /read in \d+ ms, 2 interfaces, 2 peers/)).toBeVisible();
  await look('config-tested');
});

test('a wrong key is refused by name, with what to do; the other firewall is read', async ({ page, watch, look }) => {
  watch.expect(/status of 400/);
  const secret = field(page, 'hq', 'apiSecret');
  await expect(secret).toBeDisabled();
  await card(page, 'hq').getByRole('button', { name: 'Reset' }).nth(1).click();
  await secret.fill('wrong');
  await saveAndTest(page);
  await expect(result(page)).toContainText('hq: the firewall refused the API key or secret (401)');
  await expect(result(page)).toContainText(/branch: read in \d+ ms/);
  await look('config-wrong-key');
});

test('adds, edits, moves, duplicates and removes firewalls, and keeps that', async ({ page, demo, watch }) => {
  watch.expect(/status of 400/); // neither the new firewall nor the duplicate has a key yet
  const { url } = demo.firewall('branch');
  await addFirewall(page, 'hq', url);
  await expect(page.getByText(english.errors.nameTaken)).toBeVisible();
  await addFirewall(page, 'lab', `${url}/ui/core/dashboard`);
  await expect(field(page, 'lab', 'url')).toHaveValue(url);

  await field(page, 'lab', 'name').fill('lab-2');
  await button(page, fill(words.firewalls.moveUp, { name: 'lab-2' })).click();
  await expect(names(page)).toHaveText(['hq', 'lab-2', 'branch']);
  await button(page, fill(words.firewalls.duplicate, { name: 'hq' })).click();
  await expect(names(page)).toHaveText(['hq', 'hq copy', 'lab-2', 'branch']);
  await card(page, 'branch').getByRole('button', { name: fill(words.firewalls.remove, { name: 'branch' }) }).click();
  await card(page, 'branch').getByRole('button', { name: words.firewalls.removeConfirm }).click();
  await expect(names(page)).toHaveText(['hq', 'hq copy', 'lab-2']);

  await saveAndTest(page);
  await expect(result(page)).toContainText('lab-2');
  await page.reload();
  await expect(names(page)).toHaveText(['hq', 'hq copy', 'lab-2']);
  await expect(field(page, 'hq', 'apiKey')).toHaveValue('configured');
  await expect(field(page, 'hq copy', 'apiKey')).toHaveValue('');
});

/** Drops a file as a file manager does. */
async function dropFile(page: Page, target: Locator, name: string, content: string) {
  const dataTransfer = await page.evaluateHandle(
    ([fileName, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], fileName, { type: 'text/plain' }));
      return transfer;
    },
    [name, content] as const
  );
  await target.dispatchEvent('dragover', { dataTransfer });
  await target.dispatchEvent('drop', { dataTransfer });
}

test('fills key and secret from a pasted, chosen or dropped apikey.txt', async ({ page, demo, context, look }) => {
  const { apiKey, apiSecret, url } = demo.firewall('branch');
  const file = `key=${apiKey}\nsecret=${apiSecret}\n`;
  await addFirewall(page, 'lab', url);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate((text) => navigator.clipboard.writeText(text), file);
  await field(page, 'lab', 'apiKey').focus();
  await page.keyboard.press('ControlOrMeta+V');
  await expect(said(page, 'lab', words.apiKeyFile.outcomes.both)).toBeVisible();
  await expect(field(page, 'lab', 'apiKey')).toHaveValue(apiKey);
  await expect(field(page, 'lab', 'apiSecret')).toHaveValue(apiSecret);

  const chooser = page.waitForEvent('filechooser');
  await card(page, 'hq').getByRole('button', { name: words.apiKeyFile.choose }).click();
  const { apiKey: hqKey, apiSecret: hqSecret } = demo.firewall('hq');
  await (await chooser).setFiles({ name: 'apikey.txt', mimeType: 'text/plain', buffer: Buffer.from(`key=${hqKey}\nsecret=${hqSecret}`) });
  await expect(said(page, 'hq', words.apiKeyFile.outcomes.both)).toBeVisible();
  await expect(field(page, 'hq', 'apiSecret')).toHaveValue(hqSecret);

  await dropFile(page, card(page, 'branch'), 'apikey.txt', file);
  await expect(said(page, 'branch', words.apiKeyFile.outcomes.both)).toBeVisible();
  await expect(field(page, 'branch', 'apiKey')).toHaveValue(apiKey);

  await card(page, 'lab').getByRole('combobox', { name: words.tls.mode }).click();
  await page.getByRole('option', { name: words.tls.modes.insecure.label }).click();
  await expect(card(page, 'lab').getByText(words.tls.insecureWarning)).toBeVisible();
  await look('config-apikey');
  await saveAndTest(page);
  await expect(result(page)).toContainText('3 firewalls can be read');
});

test('adds many firewalls at once, or says what is wrong with one and adds none', async ({ page, demo, look }) => {
  const { url, apiKey, apiSecret, fingerprint } = demo.firewall('branch');
  const row = (name: string) => [name, url, apiKey, apiSecret, fingerprint].join(',');
  const paste = (...rows: string[]) => page.getByLabel(words.bulk.title).fill(['name,url,apiKey,apiSecret,fingerprint', ...rows].join('\n'));
  await button(page, words.bulk.open).click();
  await paste(row('lab-1'), row('hq'));
  await expect(page.getByText(fill(words.bulk.at, { number: 2, problem: english.errors.nameTaken }))).toBeVisible();
  await expect(button(page, fill(words.bulk.add, { number: 2 }))).toBeDisabled();
  await look('config-many');
  await paste(row('lab-1'), row('lab-2'));
  await button(page, fill(words.bulk.add, { number: 2 })).click();
  await expect(names(page)).toHaveText(['hq', 'branch', 'lab-1', 'lab-2']);
  await saveAndTest(page);
  await expect(result(page)).toContainText('4 firewalls can be read');
  await page.reload(); // more than a few are shown closed, and found
  await page.getByLabel(words.firewalls.search).fill('lab');
  await expect(names(page)).toHaveText(['lab-1', 'lab-2']);
  await look('config-found');
});

test('a changed certificate is refused, shown, pinned with one click, and read again', async ({ page, demo, watch, look }) => {
  watch.expect(/status of 400/);
  await demo.control('/firewalls/hq/certificate', { kind: 'valid' });
  await saveAndTest(page);
  await expect(said(page, 'hq', /fingerprint/)).toBeVisible();
  const pinned = card(page, 'hq').getByLabel(words.tls.fingerprint);
  await expect(pinned).toHaveValue(demo.firewall('hq').fingerprint);
  await card(page, 'hq').getByRole('button', { name: words.certificate.show }).click();
  await expect(said(page, 'hq', words.certificate.sha256)).toBeVisible();
  await look('config-certificate');
  await card(page, 'hq').getByRole('button', { name: words.certificate.pin }).click();
  await expect(said(page, 'hq', words.certificate.pinned)).toBeVisible();
  await expect(pinned).not.toHaveValue(demo.firewall('hq').fingerprint);
  await saveAndTest(page);
  await expect(result(page)).toContainText('2 firewalls can be read');
});

test('expects the interfaces and peers that the firewall reports', async ({ page, look }) => {
  const expected = card(page, 'hq').getByRole('textbox', { name: /^Device of/ });
  await expect(expected).toHaveCount(1);
  await card(page, 'hq').getByRole('button', { name: words.expect.addSeen }).click();
  await expect(said(page, 'hq', fill(words.expect.added, { number: 1 }))).toBeVisible();
  await expect(expected.nth(1)).toHaveValue('wg0');
  await expect(card(page, 'hq').getByLabel(fill(words.expect.name, { row: 2 }))).toHaveValue('road-warrior');
  await card(page, 'hq').getByRole('combobox', { name: words.peers.expectPeers }).click();
  await page.getByRole('option', { name: /^branch-office/ }).click();
  await page.keyboard.press('Escape');
  await look('config-expected');
  await saveAndTest(page);
  await expect(result(page)).toContainText('2 firewalls can be read');
  await page.reload();
  await expect(expected).toHaveCount(2);
  await expect(card(page, 'hq').getByRole('button', { name: 'Remove branch-office' })).toBeVisible();
});

test('what a file provisioned cannot be changed', async ({ page, look }) => {
  await page.getByLabel(pageWords.config.readOnly).check({ force: true });
  await expect(page.getByText(words.readOnly)).toBeVisible();
  await expect(field(page, 'hq', 'name')).toBeDisabled();
  await expect(page.getByLabel(words.firewalls.newName)).toHaveCount(0);
  await expect(button(page, fill(words.firewalls.remove, { name: 'hq' }))).toHaveCount(0);
  await expect(button(page, pageWords.config.save)).toBeDisabled();
  await look('config-read-only');
});

test('shows the alert rules, and why they cannot be installed where no Grafana is', async ({ page, watch, look }) => {
  watch.expect(/status of 404/);
  await button(page, words.alertRules.show).click();
  const rules = page.getByRole('table');
  await expect(rules.getByRole('row').filter({ hasText: 'OPNsenseWireGuardInterfaceDown' })).toContainText(words.alertRules.states.unknown);
  await expect(page.getByText('What is installed cannot be told: the demo does not know GET /api/v1/provisioning/alert-rules')).toBeVisible();
  await expect(page.getByRole('link', { name: words.alertRules.download })).toHaveAttribute('download', /\.yaml$/);
  await look('config-rules');
});
