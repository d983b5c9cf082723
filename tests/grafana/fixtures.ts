import { expect, test as base } from '@grafana/plugin-e2e';
import type { APIRequestContext, Locator, Page } from '@playwright/test';

import { Watch } from '../watch';
import { english } from '../words';
import { control } from './environment';

export { expect };

/** Grafana looks every plugin up in its catalog, which it does not reach on a machine that is on its own. */
const grafanaItself = [/api\/gnet\//, /from catalog/];

interface Fixtures {
  watch: Watch;
  /** Takes a picture of the screen, build/screens/grafana-<name>.png. */
  look: (name: string) => Promise<void>;
}

export const test = base.extend<Fixtures>({
  watch: [
    async ({ page }, provide) => {
      const watch = new Watch(page, grafanaItself);
      await provide(watch);
      expect(watch.findings()).toEqual([]);
    },
    { auto: true },
  ],
  look: async ({ page }, provide) =>
    provide(async (name) => {
      await page.screenshot({ path: `build/screens/grafana-${name}.png`, animations: 'disabled' });
    }),
});

/** Chooses in a list that opens; the option's name begins so. Grafana may draw an editor anew, which closes its lists. */
export async function choose(page: Page, within: Locator, list: string, option: string) {
  await expect(async () => {
    await within.getByRole('combobox', { name: list, exact: true }).click();
    await page.getByRole('option', { name: new RegExp(`^${option}`) }).click({ timeout: 5000 });
  }).toPass({ timeout: 60_000 });
}

export const chooseType = (page: Page, row: Locator, type: keyof typeof english.query.types) =>
  choose(page, row, english.query.type, english.query.types[type].label);

/** Does something to the simulated firewalls. */
export async function simulate(request: APIRequestContext, path: string, body: object = {}) {
  const response = await request.post(`${control}${path}`, { data: body });
  expect(response.ok(), await response.text()).toBe(true);
}
