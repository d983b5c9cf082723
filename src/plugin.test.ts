import { readdirSync, readFileSync } from 'fs';
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
  includes: Array<{ type: string; name: string; path: string }>;
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
  for (const file of [...Object.values(logos), ...screenshots.map(({ path }) => path)]) {
    expect(readFileSync(join(__dirname, file)).length).toBeGreaterThan(0);
  }
});

test('it brings all dashboards that can be mounted: the build puts these files where it names them', () => {
  const folder = join(__dirname, '../provisioning/dashboards');
  const dashboards = readdirSync(folder).filter((file) => file.endsWith('.json'));
  expect(plugin.includes.map(({ path }) => path).sort()).toEqual(dashboards.map((file) => `dashboards/${file}`).sort());
  for (const { type, name, path } of plugin.includes) {
    const { title } = JSON.parse(readFileSync(join(folder, path.replace('dashboards/', '')), 'utf8')) as { title: string };
    expect({ type, title }).toEqual({ type: 'dashboard', title: name });
  }
});
