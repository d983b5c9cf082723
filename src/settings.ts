import type { DataSourceJsonData, DataSourceSettings } from '@grafana/data';

export const tlsModes = ['system', 'ca', 'pin', 'insecure'] as const;
export type TlsMode = (typeof tlsModes)[number];

/** How the firewall's certificate is trusted. Only the fields of the chosen mode count. */
export interface TlsSettings {
  /** Absent means `system`. */
  mode?: TlsMode;
  /** PEM, for the mode `ca`. */
  ca?: string;
  /** SHA-256 of the certificate in hex, for the mode `pin`. */
  fingerprint?: string;
  /** The name to look for in the certificate; empty: the one of the URL. For `system` and `ca`. */
  serverName?: string;
}

/** An interface that must be there: when it is missing, it counts as down. */
export interface ExpectedInterface {
  device: string;
  name: string;
  /** The vhid that the tunnel depends on, 1 to 255, or `none`. Absent: these settings do not say. */
  carp?: number | string;
}

export interface FirewallSettings {
  /** Made once and never changed: the two secrets are kept under it. */
  id: string;
  /** The label `opnsense_instance`. */
  name: string;
  url: string;
  tls?: TlsSettings;
  expect?: ExpectedInterface[];
  /** Names or public keys of peers that must be online. */
  expectPeers?: string[];
  /** Names or public keys of peers that are never taken for a site. */
  ignorePeers?: string[];
  /** Reads the configuration, whose answer holds private keys. Absent means no. */
  readConfiguration?: boolean;
}

export interface Settings extends DataSourceJsonData {
  firewalls?: FirewallSettings[];
  /** Durations are written as `30s`, `1m30s`, `168h` or `7d`. Absent means the default. */
  pollInterval?: string;
  requestTimeout?: string;
  forgetAfter?: string;
  /** How far the history reaches back; `0` switches it off. */
  retention?: string;
  historyMaxBytes?: number;
  /** The floor of live panels; `0` switches them off. */
  liveMinInterval?: string;
  enableSecureSocksProxy?: boolean;
}

export const secretNames = ['apiKey', 'apiSecret'] as const;
export type SecretName = (typeof secretNames)[number];
export type Secrets = Record<string, string>;
export type Options = DataSourceSettings<Settings, Secrets>;

export const secretKey = (firewallId: string, name: SecretName): string => `${firewallId}.${name}`;

/**
 * The firewalls as the editor can show them, whatever a provisioning file says: a text that is missing is empty, what is
 * no list is an empty one. The health check tells what is wrong.
 */
export function firewallsOf({ jsonData }: Options): FirewallSettings[] {
  return objects(jsonData.firewalls).map((firewall) => ({
    ...firewall,
    id: text(firewall.id),
    name: text(firewall.name),
    url: text(firewall.url),
    ...(firewall.expect !== undefined && {
      expect: objects(firewall.expect).map((entry) => ({ ...entry, device: text(entry.device), name: text(entry.name) })),
    }),
    ...(firewall.expectPeers !== undefined && { expectPeers: textList(firewall.expectPeers) }),
    ...(firewall.ignorePeers !== undefined && { ignorePeers: textList(firewall.ignorePeers) }),
  }));
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const textList = (list: unknown): string[] =>
  Array.isArray(list) ? list.filter((entry): entry is string => typeof entry === 'string') : [];

function objects<T extends object>(list: T[] | undefined): Array<Partial<T>> {
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'object' && entry !== null) : [];
}

/** Changes general settings; whatever else is in jsonData stays, also what this version does not know. */
export function changeSettings(options: Options, change: Partial<Settings>): Options {
  return { ...options, jsonData: { ...options.jsonData, ...change } };
}

export function addFirewall(options: Options, name: string, url: string): Options {
  const firewalls = firewallsOf(options);
  return changeSettings(options, {
    firewalls: [...firewalls, { id: newFirewallId(options, name), name: name.trim(), url: url.trim() }],
  });
}

export function changeFirewall(options: Options, id: string, change: Partial<Omit<FirewallSettings, 'id'>>): Options {
  const firewalls = firewallsOf(options);
  return changeSettings(options, {
    firewalls: firewalls.map((firewall) => (firewall.id === id ? { ...firewall, ...change } : firewall)),
  });
}

/** Removes a firewall and blanks its secrets: a later one that gets the same id must not inherit them. */
export function removeFirewall(options: Options, id: string): Options {
  const firewalls = firewallsOf(options);
  const rest = changeSettings(options, { firewalls: firewalls.filter((firewall) => firewall.id !== id) });
  return secretNames.reduce((blanked, name) => setSecret(blanked, secretKey(id, name), '', false), rest);
}

/** Takes what was typed; the other secrets, of this and of other firewalls, stay as they are. */
export function typeSecret(options: Options, key: string, value: string): Options {
  return setSecret(options, key, value, options.secureJsonFields?.[key] ?? false);
}

/** Forgets a stored secret, so that a new one can be typed. */
export function resetSecret(options: Options, key: string): Options {
  return setSecret(options, key, '', false);
}

function setSecret(options: Options, key: string, value: string, stored: boolean): Options {
  return {
    ...options,
    secureJsonData: { ...options.secureJsonData, [key]: value },
    secureJsonFields: { ...options.secureJsonFields, [key]: stored },
  };
}

/** An id of at most 64 of [a-z0-9-], made from the name, taken by no firewall and by no secret that is still stored. */
export function newFirewallId(options: Options, name: string): string {
  const stem =
    name
      .toLowerCase()
      .normalize('NFKD')
      .replace(/[\u0300-\u036f]/g, '')
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 56)
      .replace(/^-+|-+$/g, '') || 'firewall';
  const taken = new Set(firewallsOf(options).map((firewall) => firewall.id));
  for (const [key, stored] of Object.entries(options.secureJsonFields ?? {})) {
    if (stored) {
      taken.add(key.split('.')[0] ?? '');
    }
  }
  let id = stem;
  for (let count = 2; taken.has(id); count++) {
    id = `${stem}-${count}`;
  }
  return id;
}
