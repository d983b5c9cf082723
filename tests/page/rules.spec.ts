import { page as words } from '../words';
import { expect, test } from './fixtures';

const { states } = words.rules;

test.use({ demoFlags: ['-rules-for', '3s'] });

test('the rule for a tunnel that is down fires for the one that was stopped, and ends', async ({ page, look }) => {
  await page.goto('/#rules');
  const rule = page.getByRole('row').filter({ hasText: 'OPNsenseWireGuardInterfaceDown' });
  await expect(rule).toContainText(states.inactive);
  await page.getByRole('button', { name: words.lab.stopWhat('hq wg1'), exact: true }).click();
  await expect(rule).toContainText(states.firing);
  await expect(rule).toContainText('site-to-site');
  await look('rules-firing');
  await page.getByRole('button', { name: words.lab.allBack }).click();
  await expect(rule).toContainText(states.inactive);
});
