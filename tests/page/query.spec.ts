import type { Page } from '@playwright/test';

import { english, page as pageWords } from '../words';
import { expect, test } from './fixtures';

const words = english.query;
const help = english.help.examples;
type Type = keyof typeof words.types;
type Format = keyof typeof words.formats;

test.beforeEach(async ({ page }) => {
  await page.goto('/#query');
  await expect(type(page)).toHaveValue(words.types.interfaces.label);
  await page.getByRole('button', { name: pageWords.query.run }).click();
});

const type = (page: Page) => page.getByRole('combobox', { name: words.type });
const metric = (page: Page) => page.getByRole('combobox', { name: words.metric });
const format = (page: Page, name: Format) => page.getByRole('radio', { name: words.formats[name].label });
const filter = (page: Page, name: keyof typeof words.filters) => page.getByRole('combobox', { name: words.filters[name] });
const option = (page: Page, name: string) => page.getByRole('option', { name: new RegExp(`^${name}`) });
const result = (page: Page) => page.getByRole('region', { name: pageWords.query.result });
const cell = (page: Page, text: string) => result(page).getByRole('gridcell', { name: text, exact: true }).first();

async function chooseType(page: Page, name: Type) {
  await type(page).click();
  await option(page, words.types[name].label).click();
}

/** The graph is a canvas; what it draws is told by the legend. */
const curve = (page: Page, name: string | RegExp) => result(page).getByRole('button', { name }).first();

test('builds each type of rows in each of its formats by mouse', async ({ page, look }) => {
  const rows = { interfaces: 'site-to-site', peers: 'alice-laptop', firewalls: 'branch' };
  for (const [name, row] of Object.entries(rows) as Array<[keyof typeof rows, string]>) {
    await chooseType(page, name);
    await format(page, 'table').click();
    await expect(cell(page, row)).toBeVisible();
    await look(`query-${name}-table`);
    await format(page, 'numeric').click();
    await expect(metric(page)).toBeVisible();
    await expect(result(page).getByRole('status')).toHaveText(/^\d+ rows?$/);
    await expect(cell(page, 'branch')).toBeVisible();
    await format(page, 'time_series').click();
    await expect(curve(page, /branch/)).toBeVisible();
    await format(page, 'table').click();
  }
  await format(page, 'time_series').click();
  await metric(page).click();
  await option(page, words.metrics.latency).click();
  await expect(curve(page, /branch/)).toBeVisible();
  await look('query-firewalls-series');
});

test('narrows by what the firewalls have, by words and by what is typed', async ({ page }) => {
  await chooseType(page, 'peers');
  await expect(cell(page, 'lte-router')).toBeVisible();
  await filter(page, 'firewalls').click();
  await option(page, 'hq').click();
  await page.keyboard.press('Escape');
  await expect(cell(page, 'lte-router')).toHaveCount(0);
  await expect(cell(page, 'alice-laptop')).toBeVisible();
  await filter(page, 'peers').fill('/b.*/');
  await option(page, '/b').click();
  await page.keyboard.press('Escape');
  await expect(cell(page, 'alice-laptop')).toHaveCount(0);
  await expect(cell(page, 'bob-phone')).toBeVisible();
  await page.getByRole('radio', { name: words.sites.only }).click();
  await expect(cell(page, 'bob-phone')).toHaveCount(0);
  await expect(cell(page, 'branch-office')).toBeVisible();
});

/** Opens the list that has the focus first: what is typed at once, faster than people do, Grafana's list loses. */
async function chooseByKeys(page: Page, label: string) {
  await page.keyboard.press('ArrowDown');
  await expect(option(page, label)).toBeVisible();
  await page.keyboard.type(label);
  await expect(page.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
}

test('builds a query with the keyboard alone', async ({ page }) => {
  await page.getByRole('tab', { selected: true }).focus();
  while (!(await type(page).evaluate((field) => field === document.activeElement))) {
    await page.keyboard.press('Tab');
  }
  await chooseByKeys(page, words.types.firewalls.label);
  await expect(page.getByText(`${words.types.firewalls.label} · ${words.formats.table.label}`)).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(format(page, 'table')).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText(`${words.metrics.up} · ${words.formats.numeric.label}`)).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(metric(page)).toBeFocused();
  await chooseByKeys(page, words.metrics.interfaces_up);
  await expect(metric(page)).toHaveValue(words.metrics.interfaces_up);
  await expect(cell(page, 'branch')).toBeVisible();
  await expect(page.getByText(`${words.types.firewalls.label} · ${words.metrics.interfaces_up} · ${words.formats.numeric.label}`)).toBeVisible();
});

test('shows what is wrong and what happened as it comes', async ({ page, demo, look }) => {
  await expect(cell(page, 'road-warrior')).toBeVisible(); // it has been seen once, so that it can go
  await demo.control('/firewalls/hq/interfaces/wg0/down');
  await chooseType(page, 'events');
  await expect(async () => {
    await page.getByRole('button', { name: pageWords.query.run }).click();
    await expect(result(page).getByText(/road-warrior/).first()).toBeVisible({ timeout: 2000 });
  }).toPass({ timeout: 60_000 });
  await look('query-events');
  await chooseType(page, 'problems');
  await expect(result(page).getByRole('row').filter({ hasText: 'road-warrior' }).filter({ hasText: 'down' })).toBeVisible();
  await look('query-problems');
});

test('runs PromQL by keyboard, tells what is wrong with it, and gives it a legend', async ({ page, watch, look }) => {
  watch.expect(/status of 400/);
  await chooseType(page, 'promql');
  const expression = page.getByRole('textbox', { name: words.expr });
  await expression.fill('sum(opnsense_up');
  await expression.press('Shift+Enter');
  await expect(result(page).getByRole('alert')).toContainText('unclosed left parenthesis');
  await expression.fill('');
  await expression.pressSequentially('opnsense_u');
  await page.getByRole('listbox', { name: words.completions }).getByRole('option', { name: 'opnsense_up' }).click();
  await expect(expression).toHaveValue('opnsense_up');
  await expression.press('Control+Enter');
  await page.getByRole('textbox', { name: words.legendFormat }).fill('up of {{opnsense_instance}}');
  await page.getByRole('textbox', { name: words.legendFormat }).press('Enter');
  await expect(curve(page, 'up of branch')).toBeVisible();
  await expect(result(page).getByRole('alert').filter({ hasText: 'parenthesis' })).toHaveCount(0);
  await look('query-promql');

  await expression.fill('');
  await expression.pressSequentially('opnsense_wireguard_interfaces_');
  await expect(page.getByRole('listbox', { name: words.completions })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(expression).toHaveValue('opnsense_wireguard_interfaces_both_nodes_up');
  await expression.fill('');
  await expression.pressSequentially('opnsense_wireguard_interfaces_');
  await page.keyboard.press('Tab');
  await expect(expression).toHaveValue('opnsense_wireguard_interfaces_status');
  await page.keyboard.press('Shift+Enter');
  for (const name of ['table', 'numeric'] as const) {
    await format(page, name).click();
    await expect(cell(page, 'site-to-site')).toBeVisible();
  }
});

test('an example of the help runs when it is clicked', async ({ page, look }) => {
  await look('query-help');
  await page.getByRole('button', { name: help.handshakeAge.label }).click();
  await expect(type(page)).toHaveValue(words.types.peers.label);
  await expect(metric(page)).toHaveValue(words.metrics.handshake_age);
  await expect(cell(page, 'alice-laptop')).toBeVisible();
  await page.getByRole('button', { name: help.rate.label }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: words.expr })).toHaveValue(/^sum by/);
  // A rate needs two polls: the data source may just have begun anew.
  await expect(async () => {
    await page.getByRole('button', { name: 'Run query' }).click();
    await expect(curve(page, 'hq site-to-site')).toBeVisible({ timeout: 5_000 });
  }).toPass();
});
