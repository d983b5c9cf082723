import { durationSeconds } from './duration';
import { texts } from './selectors';
import type { ExpectedInterface, FirewallSettings, SecretName, TlsSettings } from './settings';

/** What is wrong with a field, in words for people; undefined when nothing is. */
export type Problem = string | undefined;

export function nameProblem(name: string, others: FirewallSettings[]): Problem {
  if (name.trim() === '') {
    return texts.errors.nameMissing;
  }
  return others.some((other) => other.name.trim() === name.trim()) ? texts.errors.nameTaken : undefined;
}

export function urlProblem(text: string): Problem {
  if (text.trim() === '') {
    return texts.errors.urlMissing;
  }
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return texts.errors.urlMalformed;
  }
  // `fw.example:8443` parses as a URL with the scheme `fw.example`.
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return texts.errors.urlScheme;
  }
  if (url.username !== '' || url.password !== '') {
    return texts.errors.urlCredentials;
  }
  return undefined;
}

/** OPNsense hands out key and secret as a file of two lines, `key=…` and `secret=…`: half of one is easily pasted. */
export function secretProblem(name: SecretName, value: string): Problem {
  if (/^(key|secret)=/.test(value.trim())) {
    return texts.errors.secretPrefix;
  }
  if (/\s/.test(value.trim())) {
    return texts.errors.secretSpace;
  }
  return name === 'apiKey' && value.includes(':') ? texts.errors.keyColon : undefined;
}

export function caProblem({ ca }: TlsSettings): Problem {
  return /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.test(ca ?? '') ? undefined : texts.errors.caMalformed;
}

export function fingerprintProblem({ fingerprint }: TlsSettings): Problem {
  const digits = (fingerprint ?? '').replace(/[:\s]/g, '');
  return /^[0-9a-f]{64}$/i.test(digits) ? undefined : texts.errors.fingerprintMalformed;
}

export function deviceProblem({ device }: ExpectedInterface, others: ExpectedInterface[]): Problem {
  if (device.trim() === '') {
    return texts.errors.deviceMissing;
  }
  return others.some((other) => other.device.trim() === device.trim()) ? texts.errors.deviceTaken : undefined;
}

export function carpProblem({ carp = '' }: ExpectedInterface): Problem {
  const vhid = String(carp).trim();
  return vhid === '' || vhid === 'none' || (/^\d+$/.test(vhid) && Number(vhid) >= 1 && Number(vhid) <= 255)
    ? undefined
    : texts.errors.carpMalformed;
}

/** Bounds in seconds, both allowed; `range` tells them. Zero is allowed, too, where it switches something off. */
export interface DurationBounds {
  min: number;
  max: number;
  range: string;
  zero?: boolean;
}

/** An empty text means the default. */
export function durationProblem(text: string, { min, max, range, zero = false }: DurationBounds): Problem {
  if (text === '') {
    return undefined;
  }
  const seconds = durationSeconds(text);
  if (seconds === undefined) {
    return texts.errors.durationMalformed;
  }
  return (seconds < min || seconds > max) && !(zero && seconds === 0) ? range : undefined;
}

/** In MiB. An empty text means the default. */
export function historySizeProblem(text: string): Problem {
  const size = text.trim();
  return size === '' || (/^\d+$/.test(size) && Number(size) >= 1 && Number(size) <= 4096)
    ? undefined
    : texts.errors.historyMaxBytesRange;
}
