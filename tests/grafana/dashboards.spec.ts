import { readdirSync, readFileSync } from 'fs';
import { resolve } from 'path';

import { provisioned } from './environment';
import { expect, test } from './fixtures';

const folder = 'provisioning/dashboards';
const dashboards = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(resolve(folder, name), 'utf8')) as { uid: string; title: string });

for (const { uid, title } of dashboards) {
  test(`no panel of “${title}” fails`, async ({ gotoDashboardPage, page, look }) => {
    const dashboard = await gotoDashboardPage({ uid });
    await dashboard.waitForPanelsQueriesToComplete({ scrollAll: true });
    await expect(dashboard).not.toHavePanelErrors();
    await expect(page.getByRole('gridcell').first()).toBeVisible();
    await look(`dashboard-${uid}`);
  });
}

test('the tunnels that can be chosen are those of the chosen firewall', async ({ gotoDashboardPage, page }) => {
  const label = page.getByTestId('data-testid Dashboard template variables submenu Label Tunnel');
  const tunnels = label.locator('..').getByRole('combobox');
  await gotoDashboardPage({ uid: 'opnsense-wireguard-tunnel', queryParams: new URLSearchParams({ 'var-firewall': 'hq' }) });
  await tunnels.click();
  await expect(page.getByRole('option', { name: 'road-warrior' })).toBeVisible();
  await expect(page.getByRole('option', { name: 'backup-link' })).toHaveCount(0);
});

/** A dashboard of somebody's own, with filters over all of its panels. */
const filtered = {
  uid: 'adhoc-of-the-tests',
  title: 'Filters of the tests',
  schemaVersion: 42,
  templating: { list: [{ type: 'adhoc', name: 'filters', datasource: { type: provisioned.type, uid: provisioned.uid } }] },
  panels: [
    {
      id: 1,
      type: 'table',
      title: 'Peers',
      gridPos: { x: 0, y: 0, w: 24, h: 12 },
      datasource: { type: provisioned.type, uid: provisioned.uid },
      targets: [{ refId: 'A', queryType: 'peers', format: 'table' }],
    },
  ],
};

test.describe('ad-hoc filters', () => {
  test.beforeEach(async ({ request }) => {
    const response = await request.post('/api/dashboards/db', { data: { dashboard: filtered, overwrite: true } });
    expect(response.ok(), await response.text()).toBe(true);
  });
  test.afterEach(({ request }) => request.delete(`/api/dashboards/uid/${filtered.uid}`));

  test('narrow the panels of a dashboard, by the labels and values that there are', async ({ gotoDashboardPage, page, look }) => {
    await gotoDashboardPage({ uid: filtered.uid });
    const cell = (name: string) => page.getByRole('gridcell', { name, exact: true });
    await expect(cell('lte-router')).toBeVisible();
    const add = page.getByPlaceholder('Filter by label values');
    for (const choice of ['opnsense_instance', '= Equals', 'hq']) {
      await add.or(page.getByRole('combobox', { expanded: true })).last().click();
      await page.getByRole('option', { name: choice }).first().click();
    }
    await page.keyboard.press('Escape'); // while a list is open, there is nothing else for screen readers
    await expect(cell('lte-router')).toHaveCount(0);
    await expect(cell('alice-laptop')).toBeVisible();
    await look('adhoc');
  });
});
