import { readdirSync, readFileSync } from 'fs';
import { resolve } from 'path';

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
