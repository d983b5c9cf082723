const unitSeconds: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

/** Seconds of a duration as the back end reads it: `30s`, `1m30s`, `7d`; undefined when it is none. */
export function durationSeconds(text: string): number | undefined {
  // Days and weeks stand alone, the smaller units can be put together.
  if (text !== '0' && !/^(\d+[dw]|(\d+(\.\d+)?(ms|s|m|h))+)$/.test(text)) {
    return undefined;
  }
  let seconds = 0;
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    seconds += Number(amount) * (unitSeconds[unit] ?? 0);
  }
  return seconds;
}
