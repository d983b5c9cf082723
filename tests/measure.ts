import { type Browser, chromium as playwright } from '@playwright/test';

import { chromium } from './chromium';
import { Demo } from './page/demo';
import { gzippedKiB, mostKiB } from './size';
import { english } from './words';

const rounds = 9;

/** The first field of each editor, by its label. */
const editors = [
  { name: 'config editor', place: '#config', label: english.config.firewall.name },
  { name: 'query editor', place: '#query', label: english.query.type },
] as const;

interface Load {
  /** Milliseconds from the start of the navigation until module.js is asked for, and until the field takes what is typed. */
  module: number;
  usable: number;
}

async function load(browser: Browser, url: string, label: string): Promise<Load> {
  const context = await browser.newContext(); // nothing is cached
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'commit' });
  // These two run in the page, as they are: the compiler's helpers are not there.
  const usable = await page.waitForFunction((start) => {
    const [named] = [...document.querySelectorAll('label')].filter(({ innerText }) => innerText.startsWith(start));
    const control = named && named.control;
    return control instanceof HTMLInputElement && !control.disabled && control.offsetParent ? performance.now() : undefined;
  }, label);
  const [module = NaN] = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => name.endsWith('/module.js'))
      .map(({ startTime }) => startTime)
  );
  const field = page.getByLabel(label).first();
  const before = await field.inputValue();
  await field.press('x');
  if ((await field.inputValue()) === before) {
    throw new Error(`“${label}” does not take what is typed`);
  }
  const at = await usable.jsonValue();
  await context.close();
  return { module, usable: at ?? NaN };
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
const say = (line: string) => process.stdout.write(`${line}\n`);

async function measure() {
  say(`module.js: ${gzippedKiB().toFixed(1)} KiB gzipped, of ${mostKiB} KiB at most\n`);
  say(`From the start of the navigation until the first field can be typed into; median of ${rounds} loads with nothing cached:`);
  const demo = await Demo.start();
  const browser = await playwright.launch(chromium);
  try {
    const loads = editors.map(() => [] as Load[]);
    for (let round = 0; round < rounds; round++) {
      for (const [index, { place, label }] of editors.entries()) {
        loads[index]?.push(await load(browser, `${demo.url}/${place}`, label));
      }
    }
    for (const [index, { name }] of editors.entries()) {
      const all = loads[index] ?? [];
      const own = median(all.map(({ module, usable }) => usable - module));
      say(`${name}: ${seconds(median(all.map(({ usable }) => usable)))}, of which from the request for module.js on ${seconds(own)}`);
    }
  } finally {
    await browser.close();
    await demo.end();
  }
}

measure().catch((error: unknown) => {
  say(String(error));
  process.exitCode = 1;
});
