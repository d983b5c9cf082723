import { english, fill } from '../words';
import { hq, provisioned } from './environment';
import { choose, expect, test } from './fixtures';

const words = english.config;
const { type } = provisioned;

test('a data source is made, tested, and refused with a wrong secret', async ({ createDataSourceConfigPage, page, watch, look }) => {
  watch.expect(/status of 400/);
  const config = await createDataSourceConfigPage({ type });
  await page.getByLabel(words.firewalls.newName).fill('hq');
  await page.getByLabel(words.firewalls.newUrl).fill(hq.url);
  await page.getByRole('button', { name: words.firewalls.add }).click();
  const card = page.getByRole('group', { name: 'hq', exact: true });
  await card.getByLabel(words.firewall.apiKey).fill(hq.apiKey);
  await card.getByLabel(words.firewall.apiSecret).fill(hq.apiSecret);
  await choose(page, card, words.tls.mode, words.tls.modes.pin.label);
  await card.getByLabel(words.tls.fingerprint).fill(hq.fingerprint);
  await expect(config.saveAndTest()).toBeOK();
  await expect(config).toHaveAlert('success', { hasText: /hq: read in \d+ ms/ });
  await look('config');

  await card.getByRole('button', { name: 'Reset' }).nth(1).click();
  await card.getByLabel(words.firewall.apiSecret).fill('wrong');
  await expect(config.saveAndTest()).not.toBeOK();
  await expect(config).toHaveAlert('error', { hasText: 'hq: the firewall refused the API key or secret (401)' });
});

test('a provisioned data source can be read and tested, not changed', async ({ gotoDataSourceConfigPage, page, look }) => {
  await gotoDataSourceConfigPage(provisioned.uid);
  await expect(page.getByText(words.readOnly)).toBeVisible();
  const card = page.getByRole('group', { name: 'hq', exact: true });
  await expect(card.getByLabel(words.firewall.apiKey)).toBeDisabled();
  await expect(card.getByLabel(words.firewall.apiKey)).toHaveValue(words.firewall.configured);
  await expect(page.getByLabel(words.firewalls.newName)).toHaveCount(0);
  await expect(page.getByRole('button', { name: fill(words.firewalls.remove, { name: 'hq' }) })).toHaveCount(0);
  await look('config-provisioned');
});
