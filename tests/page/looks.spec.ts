import { english, german, page as pageWords } from '../words';
import { expect, test } from './fixtures';

test('the editors speak German after the language was changed, and again after the page was loaded anew', async ({ page, look }) => {
  await page.goto('/#config');
  await expect(page.getByText(english.config.firewalls.description)).toBeVisible();
  await page.getByRole('combobox', { name: pageWords.language }).click();
  await page.getByRole('option', { name: 'Deutsch' }).click();
  await expect(page.getByText(german.config.firewalls.description)).toBeVisible();
  await expect(page.getByRole('button', { name: german.config.alertRules.show })).toBeVisible();
  await expect(page.getByText(english.config.firewalls.description)).toHaveCount(0);
  await look('config-german');
  await page.goto('/#query');
  await expect(page.getByRole('combobox', { name: german.query.type })).toHaveValue(german.query.types.interfaces.label);
  await expect(page.getByRole('button', { name: german.help.examples.sitesDown.label })).toBeVisible();
  await look('query-german');
});

test('light and dark', async ({ page, look }) => {
  await page.goto('/#query');
  const light = page.getByRole('radio', { name: pageWords.theme.light });
  await expect(page.getByRole('radio', { name: pageWords.theme.dark })).toBeChecked();
  await light.click();
  await page.reload();
  await expect(light).toBeChecked();
  await page.getByRole('button', { name: pageWords.query.run }).click();
  await expect(page.getByRole('gridcell', { name: 'site-to-site' }).first()).toBeVisible();
  await look('query-light');
  await page.goto('/#config');
  await expect(page.getByText(english.config.firewalls.description)).toBeVisible();
  await look('config-light');
  await page.goto('/#overview');
  await expect(page.getByRole('gridcell', { name: 'site-to-site' }).first()).toBeVisible();
  await look('overview-light');
});
