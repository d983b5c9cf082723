import { FAILSAFE_SCHEMA, load, YAMLException } from 'js-yaml';
import { parse } from 'papaparse';

import { texts } from './selectors';
import {
  changeSettings,
  type ExpectedInterface,
  type FirewallSettings,
  firewallsOf,
  newFirewallId,
  type Options,
  secretKey,
  type SecretName,
  secretNames,
  tlsModes,
  typeSecret,
} from './settings';
import { normaliseUrl } from './url';
import { nameProblem, type Problem, secretProblem, urlProblem } from './validation';

/** A firewall that somebody pasted: it has no id yet. */
export interface Pasted {
  firewall: Omit<FirewallSettings, 'id'>;
  secrets: Partial<Record<SecretName, string>>;
}

export interface Bulk {
  firewalls: Pasted[];
  /** What is wrong, each with the place; then nothing may be added. */
  problems: string[];
}

type Fields = Record<string, unknown>;

/** The columns of a CSV and the fields of a YAML that we know. A typo in one must not go unnoticed. */
const columns = ['name', 'url', ...secretNames, 'tls', 'fingerprint', 'serverName'] as const;
const fields = ['name', 'url', ...secretNames, 'tls', 'expect', 'expectPeers', 'ignorePeers', 'readConfiguration'];
const tlsFields = ['mode', 'ca', 'fingerprint', 'serverName'];
const expectFields = ['device', 'name', 'carp'];

/**
 * Many firewalls at once, as CSV with a line of column names, or as YAML as in `jsonData.firewalls` of a provisioning
 * file, with `apiKey` and `apiSecret` beside.
 */
export function parseBulk(text: string, others: FirewallSettings[]): Bulk {
  if (text.trim() === '') {
    return { firewalls: [], problems: [] };
  }
  // A line of column names has a comma or a semicolon, and no YAML begins so.
  const isCsv = /^\uFEFF?\s*"?\w+"?\s*[,;\t]/.test(text);
  const { rows, problems } = isCsv ? readCsv(text) : readYaml(text);
  const firewalls = rows.map(pasted);
  const seen = [...others];
  firewalls.forEach(({ firewall, secrets }, index) => {
    const found = [
      nameProblem(firewall.name, seen),
      urlProblem(firewall.url),
      ...secretNames.map((name): Problem => secretProblem(name, secrets[name] ?? '')),
    ];
    problems.push(...found.filter((problem) => problem !== undefined).map((problem) => at(index, problem)));
    seen.push({ ...firewall, id: '' });
  });
  return { firewalls, problems };
}

const at = (index: number, problem: string) => texts.config.bulk.at({ number: index + 1, problem });

interface Read {
  rows: Fields[];
  problems: string[];
}

function readCsv(text: string): Read {
  const { data, errors, meta } = parse<Record<string, string>>(text.replace(/^\uFEFF/, '').trim(), {
    header: true,
    skipEmptyLines: 'greedy',
    transformHeader: (name) => name.trim(),
    transform: (value) => value.trim(),
  });
  const unknown = (meta.fields ?? []).filter((name) => !(columns as readonly string[]).includes(name));
  const problems = [
    ...errors.map(({ row = 0, message }) => at(row, message)),
    ...unknown.map((name) => texts.config.bulk.unknownColumn({ name, allowed: columns.join(', ') })),
  ];
  const rows = data.map(({ tls, fingerprint, serverName, ...rest }) => {
    const mode = tls || (fingerprint ? 'pin' : '');
    return { ...rest, ...((mode || serverName) && { tls: { mode, fingerprint, serverName } }) };
  });
  problems.push(...rows.flatMap((row, index) => unknownFields(row, index)));
  return { rows, problems };
}

function readYaml(text: string): Read {
  let document: unknown;
  try {
    // All scalars stay texts: a secret of digits is no number.
    document = load(text, { schema: FAILSAFE_SCHEMA });
  } catch (error) {
    const reason = error instanceof YAMLException ? `${error.reason} (${error.mark.line + 1})` : String(error);
    return { rows: [], problems: [texts.config.bulk.unreadable({ reason })] };
  }
  const list = isFields(document) && 'firewalls' in document ? document.firewalls : document;
  if (!Array.isArray(list) || !list.every(isFields)) {
    return { rows: [], problems: [texts.config.bulk.noList] };
  }
  return { rows: list, problems: list.flatMap((row, index) => unknownFields(row, index)) };
}

function unknownFields(row: Fields, index: number): string[] {
  const { tls, expect } = row;
  const unknown = (value: Fields, path: string, known: string[]) =>
    Object.keys(value)
      .filter((name) => !known.includes(name))
      .map((name) => at(index, texts.config.bulk.unknownField({ name: path + name, allowed: known.join(', ') })));
  const mode = isFields(tls) ? textOf(tls.mode) : '';
  return [
    ...unknown(row, '', fields),
    ...(isFields(tls) ? unknown(tls, 'tls.', tlsFields) : []),
    ...listOf(expect).flatMap((entry) => (isFields(entry) ? unknown(entry, 'expect.', expectFields) : [])),
    ...(mode === '' || tlsModes.some((known) => known === mode)
      ? []
      : [at(index, texts.config.bulk.unknownMode({ mode, allowed: tlsModes.join(', ') }))]),
  ];
}

function pasted(row: Fields): Pasted {
  const { name, url, tls, expect, expectPeers, ignorePeers, readConfiguration } = row;
  return {
    firewall: {
      name: textOf(name),
      url: normaliseUrl(textOf(url)),
      ...(isFields(tls) && { tls: texted(tls) }),
      ...(expect !== undefined && { expect: listOf(expect).filter(isFields).map(expected) }),
      ...(expectPeers !== undefined && { expectPeers: listOf(expectPeers).map(textOf) }),
      ...(ignorePeers !== undefined && { ignorePeers: listOf(ignorePeers).map(textOf) }),
      ...(textOf(readConfiguration) === 'true' && { readConfiguration: true }),
    },
    secrets: Object.fromEntries(secretNames.map((secret) => [secret, textOf(row[secret])])),
  };
}

function expected({ device, name, carp }: Fields): ExpectedInterface {
  const vhid = textOf(carp);
  return {
    device: textOf(device),
    name: textOf(name),
    ...(vhid !== '' && { carp: /^\d{1,3}$/.test(vhid) ? Number(vhid) : vhid }),
  };
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
const texted = (value: Fields): Record<string, string> =>
  Object.fromEntries(Object.keys(value).flatMap((key) => (textOf(value[key]) === '' ? [] : [[key, textOf(value[key])]])));

/** Puts pasted firewalls at the end of the list, each with an id of its own. */
export function addPasted(options: Options, list: Pasted[]): Options {
  return list.reduce((changed, { firewall, secrets }) => {
    const id = newFirewallId(changed, firewall.name);
    const added = changeSettings(changed, { firewalls: [...firewallsOf(changed), { ...firewall, id }] });
    return secretNames.reduce((next, name) => {
      const value = secrets[name];
      return value ? typeSecret(next, secretKey(id, name), value) : next;
    }, added);
  }, options);
}
