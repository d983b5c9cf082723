import { ask, resourcePath } from './api';
import type { ListFilterKey } from './types';

// Answers of the back end's resource routes, and what becomes of them in a list of choices. Fields without a value are
// left out of an answer.

export interface FirewallRow {
  id: string;
  name: string;
  url: string;
  up: boolean;
}

export interface InterfaceRow {
  /** Id of the firewall, whatever it is named. */
  firewall: string;
  opnsense_instance: string;
  device: string;
  device_name?: string;
  status?: string;
}

export interface PeerRow {
  /** Id of the firewall, whatever it is named. */
  firewall: string;
  opnsense_instance: string;
  device: string;
  device_name?: string;
  peer_name?: string;
  public_key: string;
  status?: string;
  /** Left out when it is none. */
  site?: true;
}

/** What a firewall presents, trusted or not: `certificate?firewall=<id>`, for Admins. */
export interface Certificate {
  /** Id of the firewall. */
  firewall: string;
  name: string;
  url: string;
  subject: string;
  issuer: string;
  dnsNames?: string[];
  ipAddresses?: string[];
  /** RFC 3339, as is `notAfter`. */
  notBefore: string;
  notAfter: string;
  /** As `tls.fingerprint` takes it. */
  sha256: string;
  selfSigned: boolean;
  /** In `tls.mode` system. */
  trusted: boolean;
  /** Why it is not trusted: "it expired on …". */
  reason?: string;
}

/** What a saved firewall presents; rejects with what went wrong, for people. */
export const presented = (uid: string, firewallId: string): Promise<Certificate> =>
  ask(resourcePath(uid, 'certificate'), { params: { firewall: firewallId } });

/** The interfaces that a saved firewall reports by now. */
export const reportedInterfaces = (uid: string, firewallId: string): Promise<InterfaceRow[]> =>
  ask(resourcePath(uid, 'interfaces'), { params: { firewall: firewallId } });

/** The peers that a saved firewall reports by now. */
export const reportedPeers = (uid: string, firewallId: string): Promise<PeerRow[]> =>
  ask(resourcePath(uid, 'peers'), { params: { firewall: firewallId } });

/** Which rows are asked for, in the words of the filters: values and regular expressions. Empty means all. */
export interface Scope {
  firewall?: string[];
  interface?: string[];
}

export interface Choice {
  value: string;
  label: string;
  description?: string;
}

/** The lists that the back end can offer values for. */
export type ResourceKind = Exclude<ListFilterKey, 'statuses' | 'kinds'>;

export const firewallChoices = (rows: FirewallRow[]): Choice[] =>
  choices(rows.map((row) => ({ value: row.name || row.id, where: row.url })));

export const interfaceChoices = (rows: InterfaceRow[]): Choice[] =>
  choices(
    rows.map((row) => ({ value: row.device_name || row.device, where: `${row.device} · ${row.opnsense_instance}` }))
  );

export const peerChoices = (rows: PeerRow[]): Choice[] =>
  choices(
    rows.map((row) => ({
      value: row.peer_name || row.public_key,
      where: `${row.device_name || row.device} · ${row.opnsense_instance}`,
    }))
  );

/** The values of a label, each once, sorted. */
export const tagValues = (values: Array<string | undefined>): Array<{ text: string }> =>
  choices(values.map((value) => ({ value: value ?? '', where: '' }))).map(({ value }) => ({ text: value }));

/** One choice for each value, sorted; the same name in several places is one choice that tells all the places. */
function choices(found: Array<{ value: string; where: string }>): Choice[] {
  const places = new Map<string, Set<string>>();
  for (const { value, where } of found) {
    if (value !== '') {
      places.set(value, (places.get(value) ?? new Set()).add(where));
    }
  }
  return [...places]
    .map(([value, where]) => ({ value, label: value, description: [...where].join(', ') }))
    .sort((a, b) => a.label.localeCompare(b.label, undefined, { numeric: true }));
}
