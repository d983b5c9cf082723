import { english, fill } from '../words';
import { provisioned } from './environment';
import { expect, test } from './fixtures';

const words = english.config.alertRules;
const api = '/api/v1/provisioning/alert-rules';

interface Rule {
  uid: string;
  title: string;
  for: string;
  provenance?: string;
  data: Array<{ datasourceUid: string }>;
}

test('rules are installed, changed by their owner, and put back; nobody else’s are touched', async ({
  createDataSourceConfigPage, page, request, look,
}) => {
  const all = async () => (await (await request.get(api)).json()) as Rule[];
  const config = await createDataSourceConfigPage({ type: provisioned.type });
  const { uid } = config.datasource;
  const own = async () => (await all()).filter(({ data }) => data.some(({ datasourceUid }) => datasourceUid === uid));
  const others = async () => (await all()).filter(({ data }) => data.every(({ datasourceUid }) => datasourceUid !== uid));
  const before = await others();
  try {
    await page.getByRole('button', { name: words.show }).click();
    const rules = page.getByRole('table').getByRole('row').filter({ hasText: 'OPNsense' });
    await expect(rules.filter({ hasText: words.states.missing }).first()).toBeVisible();
    const number = await rules.count();
    await page.getByRole('button', { name: fill(words.install, { number }) }).click();
    await expect(page.getByText(words.done)).toBeVisible();
    const installed = await own();
    expect(installed).toHaveLength(number);
    expect(installed.map(({ provenance }) => provenance ?? '').join('')).toBe('');
    await look('rules-installed');

    const [changed] = installed;
    await request.put(`${api}/${changed?.uid}`, { data: { ...changed, for: '42m' }, headers: { 'X-Disable-Provenance': 'true' } });
    await page.getByRole('button', { name: words.refresh }).click();
    await page.getByRole('button', { name: fill(words.restore, { number: 1 }) }).click();
    await page.getByRole('button', { name: words.restoreConfirm }).click();
    await expect(page.getByText(words.done)).toBeVisible();
    expect(await own()).toEqual(installed.map((rule) => expect.objectContaining({ uid: rule.uid, for: rule.for }) as Rule));
    expect(await others()).toEqual(before);
  } finally {
    for (const rule of await own()) {
      await request.delete(`${api}/${rule.uid}`, { headers: { 'X-Disable-Provenance': 'true' } });
    }
  }
});

test('rules that a file provides are left to the file', async ({ gotoDataSourceConfigPage, page }) => {
  await gotoDataSourceConfigPage(provisioned.uid);
  await page.getByRole('button', { name: words.show }).click();
  await expect(page.getByText(words.fromFile)).toBeVisible();
  await expect(page.getByRole('button', { name: /^Install/ })).toHaveCount(0);
});

test('a new alert rule starts with a numeric query, and evaluates', async ({ alertRuleEditPage, look }) => {
  const row = await alertRuleEditPage.getQueryRow();
  await row.datasource.set(provisioned.name);
  await expect(row.locator.getByRole('radio', { name: english.query.formats.numeric.label })).toBeChecked();
  await expect(row.locator.getByRole('combobox', { name: english.query.metric })).toHaveValue(english.query.metrics.status);
  await expect(row.locator.getByLabel(english.query.live)).toHaveCount(0);
  await expect(alertRuleEditPage.evaluate()).toBeOK();
  await look('alert-rule');
});
