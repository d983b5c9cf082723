import { english } from '../words';
import { provisioned } from './environment';
import { chooseType, expect, test } from './fixtures';

const words = english.query;

test('a panel shows what each type of query answers', async ({ panelEditPage, page, look }) => {
  await panelEditPage.datasource.set(provisioned.name);
  await panelEditPage.toggleTableView();
  const row = panelEditPage.getQueryEditorRow('A');
  const shown = (text: string) => panelEditPage.panel.data.filter({ hasText: text }).first();
  // A choice runs the query by itself.
  const answers = async (change: () => Promise<void>) => {
    const response = panelEditPage.waitForQueryDataResponse();
    await change();
    expect((await response).ok()).toBe(true);
    await expect(panelEditPage.panel.getErrorIcon()).toHaveCount(0);
  };
  await answers(() => chooseType(page, row, 'peers'));
  await expect(shown('alice-laptop')).toBeVisible();
  await answers(() => chooseType(page, row, 'firewalls'));
  await expect(shown('branch')).toBeVisible();
  await answers(() => chooseType(page, row, 'interfaces'));
  await expect(shown('road-warrior')).toBeVisible();
  await look('panel');
  await answers(() => chooseType(page, row, 'problems'));
  await answers(() => chooseType(page, row, 'events'));
  await chooseType(page, row, 'promql');
  const expression = row.getByRole('textbox', { name: words.expr });
  await expression.fill('opnsense_up');
  await answers(() => expression.press('Shift+Enter'));
  await answers(() => row.getByRole('radio', { name: words.formats.table.label }).click());
  await expect(shown('branch')).toBeVisible();
});

test('Explore shows tables and curves, and runs the examples of the help', async ({ explorePage, page, look }) => {
  await explorePage.datasource.set(provisioned.name);
  const row = explorePage.getQueryEditorRow('A');
  await page.getByRole('button', { name: 'Run query', exact: true }).click();
  await expect(explorePage.tablePanel.data.filter({ hasText: 'road-warrior' }).first()).toBeVisible();
  await look('explore-table');
  await row.getByRole('radio', { name: words.formats.time_series.label }).click();
  await expect(explorePage.timeSeriesPanel.locator).toBeVisible();
  await row.getByRole('button', { name: 'Show data source help' }).click();
  await page.getByRole('button', { name: english.help.examples.handshakeAge.label }).click();
  await expect(row.getByRole('combobox', { name: words.metric })).toHaveValue(words.metrics.handshake_age);
  await expect(explorePage.tablePanel.data.filter({ hasText: 'alice-laptop' }).first()).toBeVisible();
  await look('explore-help');
});
