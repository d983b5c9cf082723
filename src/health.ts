import { BehaviorSubject } from 'rxjs';

/** What Save & test found of one firewall; the twin of `health` in the back end. */
export interface FirewallHealth {
  id: string;
  ok: boolean;
  /** One line for people: what was read, or why not and how to mend it. */
  message: string;
  /** What cannot be told, and the privilege that would let us. */
  lost?: string[];
  /** What else a thief of the key could do. */
  risks?: string[];
}

export interface Health {
  /** Of the data source. */
  uid: string;
  firewalls: FirewallHealth[];
}

/** What the newest Save & test found: the data source tells it here, its editor shows it. */
export const newestHealth = new BehaviorSubject<Health | undefined>(undefined);

/** The firewalls in the details of a health check; what does not look like one is left out. */
export function firewallsIn(details: unknown): FirewallHealth[] {
  const list = isObject(details) ? details.firewalls : undefined;
  return Array.isArray(list) ? list.filter(isFirewall) : [];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isTexts = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every((text) => typeof text === 'string'));

const isFirewall = (value: unknown): value is FirewallHealth =>
  isObject(value) &&
  typeof value.id === 'string' &&
  typeof value.ok === 'boolean' &&
  typeof value.message === 'string' &&
  isTexts(value.lost) &&
  isTexts(value.risks);
