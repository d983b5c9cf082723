import { readFileSync } from 'fs';
import { join } from 'path';

interface PluginJson {
  type: string;
  id: string;
  executable: string;
  backend: boolean;
  alerting: boolean;
  annotations: boolean;
  streaming: boolean;
  multiValueFilterOperators: boolean;
  info: { version: string; updated: string; logos: Record<string, string>; screenshots: Array<{ path: string }> };
  dependencies: { grafanaDependency: string };
  includes?: Array<{ type: string; path: string }>;
}

const plugin = JSON.parse(readFileSync(join(__dirname, 'plugin.json'), 'utf8')) as PluginJson;

test('plugin.json says what the packages, the binaries and the provisioning files are called by', () => {
  expect(plugin).toMatchObject({
    type: 'datasource',
    id: 'opnsense-wireguard-datasource',
    executable: 'gpx_opnsense_wireguard',
  });
});

test('alert rules and streams need a back end', () => {
  expect(plugin).toMatchObject({ backend: true, alerting: true, streaming: true });
});

test('Grafana offers annotations only where they are declared', () => {
  expect(plugin).toMatchObject({ annotations: true });
});

test('Grafana offers "one of" in ad-hoc filters only where it is declared', () => {
  expect(plugin).toMatchObject({ multiValueFilterOperators: true });
});

test('version and day are left to the build', () => {
  expect(plugin.info).toMatchObject({ version: '%VERSION%', updated: '%TODAY%' });
});

test('the range of Grafana versions lets pre-releases in', () => {
  expect(plugin.dependencies.grafanaDependency).toMatch(/-0$/);
});

test('every file that it names is there', () => {
  const { logos, screenshots } = plugin.info;
  const named = [...Object.values(logos), ...screenshots, ...(plugin.includes ?? [])];
  for (const file of named.map((entry) => (typeof entry === 'string' ? entry : entry.path))) {
    expect(readFileSync(join(__dirname, file)).length).toBeGreaterThan(0);
  }
});
