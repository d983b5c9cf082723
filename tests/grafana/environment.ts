const env = (name: string, otherwise = ''): string => process.env[name] ?? otherwise;

/** Which Grafana is tested, and as whom; an empty URL: none. */
export const grafana = {
  url: env('GRAFANA_URL').replace(/\/+$/, ''),
  user: env('GRAFANA_USER', 'admin'),
  password: env('GRAFANA_PASSWORD', 'admin'),
  /** Where @grafana/plugin-e2e keeps the session of whoever logged in. */
  session: `playwright/.auth/${env('GRAFANA_USER', 'admin')}.json`,
};

/** The simulated firewall hq, by the variables that the demo prints and provisioning/datasources reads. */
export const hq = {
  url: env('OPNSENSE_HQ_URL', 'https://127.0.0.1:8443'),
  apiKey: env('OPNSENSE_HQ_API_KEY'),
  apiSecret: env('OPNSENSE_HQ_API_SECRET'),
  fingerprint: env('OPNSENSE_HQ_FINGERPRINT'),
};

/** The simulator's controls; the demo has them below its own address, at /api/lab. */
export const control = env('SIMULATOR_CONTROL', 'http://127.0.0.1:8430/api/lab');

/** What provisioning/ puts into Grafana. */
export const provisioned = { name: 'OPNsense WireGuard', uid: 'opnsense-wireguard', type: 'opnsense-wireguard-datasource' };

/** What tests/grafana needs and has not got. */
export const lacking = (): string[] =>
  ['OPNSENSE_HQ_API_KEY', 'OPNSENSE_HQ_API_SECRET', 'OPNSENSE_HQ_FINGERPRINT'].filter((name) => env(name) === '');
