import type { PluginOptions } from '@grafana/plugin-e2e';
import { defineConfig } from '@playwright/test';
import { dirname, resolve } from 'path';

import { chromium } from './chromium';
import { grafana } from './grafana/environment';

/** The login that @grafana/plugin-e2e brings; what it stores is left where its other fixtures look for it. */
const loginDir = resolve(dirname(require.resolve('@grafana/plugin-e2e')), 'auth');

const inGrafana = [
  { name: 'login', testDir: loginDir, testMatch: /auth\.setup\.js/ },
  { name: 'grafana', testDir: 'grafana', dependencies: ['login'], use: { storageState: grafana.session } },
];

/**
 * Two kinds of tests: `page` drives the demo's page, `grafana` a real Grafana whose address is in GRAFANA_URL. A test
 * that passes only when it is tried again is told as flaky, and to be repaired. No test says how long something may take: the limits here only end
 * what hangs, also on a machine that is busy with other things.
 */
export default defineConfig<PluginOptions>({
  outputDir: '../build/browser',
  globalSetup: './setup.ts',
  reporter: 'list',
  workers: 2,
  retries: 2,
  forbidOnly: process.env.CI !== undefined,
  timeout: 300_000,
  expect: { timeout: 60_000 },
  use: {
    browserName: 'chromium',
    launchOptions: chromium,
    contextOptions: { reducedMotion: 'reduce' }, // colours are what they are, and do not fade in
    viewport: { width: 1280, height: 900 },
    actionTimeout: 60_000,
    screenshot: 'only-on-failure',
    ...(grafana.url !== '' && { baseURL: grafana.url }),
    grafanaAPICredentials: { user: grafana.user, password: grafana.password },
    user: { user: grafana.user, password: grafana.password },
  },
  projects: [{ name: 'page', testDir: 'page' }, ...(grafana.url !== '' ? inGrafana : [])],
});
