import type { APIRequestContext } from '@playwright/test';

import { english } from '../words';
import { provisioned } from './environment';
import { choose, expect, simulate, test } from './fixtures';

test('a variable offers names, and another one only those behind what was chosen', async ({ variableEditPage, page, look }) => {
  await variableEditPage.setVariableType('Query');
  await variableEditPage.datasource.set(provisioned.name);
  const main = page.getByRole('main');
  await choose(page, main, english.variable.kind, english.variable.kinds.interfaces);
  await variableEditPage.runQuery();
  await expect(variableEditPage).toDisplayPreviews(['backup-link', 'road-warrior', 'site-to-site']);
  await main.getByRole('combobox', { name: english.query.filters.firewalls }).click();
  await page.getByRole('option', { name: 'hq' }).click();
  await page.keyboard.press('Escape');
  await variableEditPage.runQuery();
  await expect(variableEditPage).toDisplayPreviews(['road-warrior', 'site-to-site']);
  await look('variable');
});

test.describe('annotations', () => {
  // Before the page is opened: the time range to which it looks for events ends then.
  test.beforeEach(async ({ request }) => {
    await simulate(request, '/firewalls/hq/interfaces/wg0/down');
    await expect.poll(() => events(request), { timeout: 120_000 }).toContain('road-warrior (wg0) is down');
  });
  test.afterEach(({ request }) => simulate(request, '/firewalls/hq/interfaces/wg0/up'));

  test('events become annotations', async ({ annotationEditPage, page, look }) => {
    await annotationEditPage.datasource.set(provisioned.name);
    await expect(page.getByRole('combobox', { name: english.query.filters.kinds })).toBeVisible();
    await expect(annotationEditPage.runQuery()).toBeOK();
    await expect(page.getByText(/\d+ events/)).toBeVisible();
    await look('annotation');
  });
});

/** What Grafana has to tell of the last quarter of an hour, as JSON. */
async function events(request: APIRequestContext): Promise<string> {
  const query = { refId: 'A', datasource: { uid: provisioned.uid }, queryType: 'events', format: 'table' };
  const response = await request.post('/api/ds/query', { data: { from: 'now-15m', to: 'now', queries: [query] } });
  return response.text();
}
