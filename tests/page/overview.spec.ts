import { readFileSync } from 'fs';

import type { Page } from '@playwright/test';

import { page as words } from '../words';
import { expect, test } from './fixtures';

interface PanelOf {
  type: string;
  title: string;
  collapsed?: boolean;
  panels?: PanelOf[];
}

const dashboard = (name: string) =>
  JSON.parse(readFileSync(`provisioning/dashboards/opnsense-wireguard-${name}.json`, 'utf8')) as { title: string; panels: PanelOf[] };

const overview = dashboard('overview').panels;
/** The list that stands first: everything that is not right. */
const wrong = (page: Page, ...texts: string[]) =>
  texts.reduce((rows, hasText) => rows.filter({ hasText }), page.getByRole('region', { name: overview[0]?.title }).getByRole('row'));
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** A row of what is, not of what was, that says all of this. */
const row = (page: Page, ...texts: string[]) =>
  texts.reduce((rows, hasText) => rows.filter({ hasText }), page.getByRole('region', { name: /^(?!Events$)/ }).getByRole('row')).first();

test.beforeEach(({ page }) => page.goto('/'));

test('draws every panel of the overview', async ({ page, look }) => {
  for (const { title } of overview.filter(({ type, collapsed }) => type === 'row' && collapsed)) {
    await button(page, title).click();
  }
  const drawn = overview.flatMap((panel) => [panel, ...(panel.panels ?? [])]).filter(({ type }) => type !== 'row');
  expect(drawn.length).toBeGreaterThan(5);
  for (const { title } of drawn) {
    const panel = page.getByRole('region', { name: title, exact: true }).first();
    await expect(panel).toBeVisible();
    await expect(panel.getByText(words.query.loading)).toHaveCount(0);
    await expect(panel.getByText(words.notDrawn('x').replace(/x.*/, ''))).toHaveCount(0);
  }
  await expect(row(page, 'hq', 'site-to-site', 'up')).toBeVisible();
  await look('overview');
});

test('a stopped tunnel and one that was taken down are shown as down, and as up once they are put back', async ({ page, look }) => {
  await expect(row(page, 'hq', 'site-to-site', 'up')).toBeVisible();
  await button(page, words.lab.stopWhat('hq wg1')).click();
  await button(page, words.lab.takeDownWhat('branch wg1')).click();
  await expect(wrong(page, 'hq', 'site-to-site', 'down')).toBeVisible();
  await expect(wrong(page, 'branch', 'backup-link', 'down')).toBeVisible();
  await look('overview-down');
  await button(page, words.lab.allBack).click();
  await expect(button(page, words.lab.stopWhat('hq wg1'))).toBeVisible();
  await expect(wrong(page, 'site-to-site', 'down')).toHaveCount(0);
  await expect(wrong(page, 'backup-link', 'down')).toHaveCount(0);
  await expect(row(page, 'hq', 'site-to-site', 'up')).toBeVisible();
});

test('a tunnel that failed over stands by, a firewall that hangs is unreachable, both are told from down', async ({ page, look }) => {
  await expect(row(page, 'hq', 'site-to-site', 'up')).toBeVisible();
  await button(page, `${words.lab.failOver(1)} (hq)`).click();
  await expect(row(page, 'hq', 'site-to-site', 'standby')).toBeVisible();
  await button(page, words.lab.hangWhat('branch')).click();
  await expect(wrong(page, 'branch', 'unreachable')).toBeVisible();
  await expect(wrong(page, 'hq', 'site-to-site', 'down')).toHaveCount(0);
  await look('overview-unreachable');
});

test('can be read on a phone, and each peer cut off and put back', async ({ page, look }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(row(page, 'hq', 'site-to-site', 'up')).toBeVisible();
  const peer = 'hq wg0 alice-laptop';
  await button(page, words.lab.cutWhat(peer)).click();
  await button(page, words.lab.restoreWhat(peer)).click();
  await expect(button(page, words.lab.cutWhat(peer))).toBeVisible();
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(wider).toBeLessThanOrEqual(0);
  await look('overview-phone');
});
