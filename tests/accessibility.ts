import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** A fault of a component that is not ours, and why we cannot mend it. */
export interface Exception {
  rule: string;
  /** Only within elements that match this. */
  selector: string;
}

/** Serious and critical faults by WCAG 2 A and AA, one line for each element. */
export async function accessibilityFaults(page: Page, exceptions: Exception[]): Promise<string[]> {
  // The other mode reaches into frames of other origins, which there are none of, and takes twice the time.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(['wcag2a', 'wcag2aa']).analyze();
  const found = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ html, target, failureSummary }) => ({ id, help, html, target: target.join(' '), failureSummary })));
  const faults: string[] = [];
  for (const { id, help, html, target, failureSummary } of found) {
    const selectors = exceptions.filter(({ rule }) => rule === id).map(({ selector }) => selector);
    const excused = await page.locator(target).first().evaluate(
      (element, within) => within.some((selector) => element.closest(selector) !== null),
      selectors
    );
    if (!excused) {
      faults.push(`${id}: ${help}\n  ${html.slice(0, 300)}\n  ${failureSummary ?? ''}`);
    }
  }
  return faults;
}
