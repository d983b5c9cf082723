import { texts } from './selectors';
import { changeSettings, type FirewallSettings, firewallsOf, newFirewallId, type Options } from './settings';

/** Puts a copy right below, under an id and a name of its own. Secrets are not copied: nobody can read them. */
export function duplicateFirewall(options: Options, id: string): Options {
  const firewalls = firewallsOf(options);
  const at = firewalls.findIndex((firewall) => firewall.id === id);
  const original = firewalls[at];
  if (!original) {
    return options;
  }
  const name = copyName(original.name.trim(), firewalls);
  const copy = { ...original, id: newFirewallId(options, name), name };
  return changeSettings(options, { firewalls: [...firewalls.slice(0, at + 1), copy, ...firewalls.slice(at + 1)] });
}

function copyName(name: string, firewalls: FirewallSettings[]): string {
  const words = texts.config.firewalls;
  const taken = new Set(firewalls.map((firewall) => firewall.name.trim()));
  for (let number = 1; ; number++) {
    const candidate = (number === 1 ? words.copyOf({ name }) : words.nextCopyOf({ name, number })).trim();
    if (!taken.has(candidate)) {
      return candidate;
    }
  }
}

/** Swaps a firewall with the one above (-1) or below (1); at the end of the list nothing happens. */
export function moveFirewall(options: Options, id: string, by: -1 | 1): Options {
  const firewalls = firewallsOf(options);
  const from = firewalls.findIndex((firewall) => firewall.id === id);
  const [moved, other] = [firewalls[from], firewalls[from + by]];
  if (!moved || !other) {
    return options;
  }
  const swapped = firewalls.map((firewall) => (firewall === moved ? other : firewall === other ? moved : firewall));
  return changeSettings(options, { firewalls: swapped });
}
