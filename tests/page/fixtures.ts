import { expect, test as base } from '@playwright/test';

import { accessibilityFaults } from '../accessibility';
import { Watch } from '../watch';
import { Demo } from './demo';
import { exceptions } from './exceptions';

export { expect };

interface Fixtures {
  /** Further flags of the demo. */
  demoFlags: string[];
  demo: Demo;
  watch: Watch;
  /** Takes a picture of the whole screen, build/screens/<name>.png, and looks for faults that shut people out. */
  look: (name: string) => Promise<void>;
}

/** Each test has a demo of its own, so that what one does to the firewalls or settings is not another's. */
export const test = base.extend<Fixtures>({
  demoFlags: [[], { option: true }],
  demo: async ({ demoFlags }, provide) => {
    const demo = await Demo.start(demoFlags);
    await provide(demo);
    await demo.end();
  },
  baseURL: async ({ demo }, provide) => provide(demo.url),
  watch: [
    async ({ page }, provide) => {
      const watch = new Watch(page);
      await provide(watch);
      expect(watch.findings()).toEqual([]);
    },
    { auto: true },
  ],
  look: async ({ page }, provide) =>
    provide(async (name) => {
      await page.mouse.move(0, 0); // what is below the mouse has other colours
      const { width, height } = page.viewportSize() ?? { width: 1280, height: 900 };
      // Grafana's table draws only what is in sight.
      await page.setViewportSize({ width, height: await page.evaluate(() => document.documentElement.scrollHeight) });
      await page.screenshot({ path: `build/screens/${name}.png`, fullPage: true, animations: 'disabled' });
      expect(await accessibilityFaults(page, exceptions), name).toEqual([]);
      await page.setViewportSize({ width, height });
    }),
});
