import { english } from './selectors';
import { labelKeys } from './types';

export type Completed = 'series' | 'label' | 'value' | 'function';

export interface Completion {
  kind: Completed;
  /** What is put in. */
  text: string;
}

interface Value {
  valuesOf: string;
  quote: string;
  /** It is a regular expression. */
  pattern: boolean;
}

/** What can be completed at one place of an expression. */
export interface Place {
  /** The word that is there up to the place: text from `from` to the place. */
  from: number;
  typed: string;
  /** Series and functions, names of labels, or values of one label, within these quotes. */
  wants: 'name' | 'label' | Value;
}

export const seriesNames = Object.keys(english.query.series) as Array<keyof typeof english.query.series>;

export const labelNames = [...labelKeys, 'device_type'] as const;

/** Those of PromQL's functions, operators and modifiers that make sense of these series. */
const functionNames = [
  ...['abs', 'absent', 'avg', 'avg_over_time', 'bottomk', 'by', 'changes', 'clamp_max', 'clamp_min', 'count'],
  ...['count_over_time', 'count_values', 'delta', 'deriv', 'group', 'ignoring', 'increase', 'irate', 'label_join'],
  ...['label_replace', 'last_over_time', 'max', 'max_over_time', 'min', 'min_over_time', 'on', 'or', 'present_over_time'],
  ...['rate', 'resets', 'round', 'scalar', 'sort', 'sort_desc', 'sum', 'sum_over_time', 'time', 'timestamp', 'topk'],
  ...['unless', 'without'],
];

/** Where the cursor stands; undefined within a text that is no value of a label, in a comment or in a duration. */
export function placeAt(expr: string, cursor: number): Place | undefined {
  const before = expr.slice(0, cursor);
  const open = openBracket(before);
  if (open === undefined) {
    return undefined;
  }
  const value = /([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*(["'])((?:(?!\3)[^\\\n])*)$/.exec(before);
  if (open === '{"' && value) {
    const [, valuesOf = '', operator = '', quote = '', typed = ''] = value;
    return { from: cursor - typed.length, typed, wants: { valuesOf, quote, pattern: operator.endsWith('~') } };
  }
  if (open.endsWith('"') || open === '[' || /#[^\n]*$/.test(before)) {
    return undefined;
  }
  const typed = /[A-Za-z_:][\w:]*$/.exec(before)?.[0] ?? '';
  if (/[\d.]$/.test(before.slice(0, cursor - typed.length))) {
    return undefined;
  }
  const grouped = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*$/.test(before);
  return { from: cursor - typed.length, typed, wants: open === '{' || grouped ? 'label' : 'name' };
}

/** A value as it is written there. Names come from firewalls: none may end the text and go on as an expression. */
export function written(value: string, { quote, pattern }: Value): string {
  const text = pattern ? value.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&') : value;
  // PromQL takes U+FFFD, as it stands, for invalid UTF-8.
  const escapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\ufffd': '\\ufffd', '\\': '\\\\', [quote]: `\\${quote}` };
  return text.replace(/[\n\r\ufffd\\"']/g, (one) => escapes[one] ?? one);
}

/** The innermost bracket that is still open, with a `"` behind it within a text; undefined where brackets do not match. */
function openBracket(before: string): string | undefined {
  const open: string[] = [];
  const pairs: Record<string, string> = { '}': '{', ')': '(', ']': '[' };
  const token = /"(?:[^"\\\n]|\\.)*\\?("|$)|'(?:[^'\\\n]|\\.)*\\?('|$)|`[^`]*(`|$)|#[^\n]*|[{}()[\]]/g;
  for (const match of before.matchAll(token)) {
    const [text, ...ends] = match;
    if (/^["'`]/.test(text)) {
      if (!ends.some(Boolean)) {
        return `${open.at(-1) ?? ''}"`;
      }
    } else if (text in pairs) {
      if (open.pop() !== pairs[text]) {
        return undefined;
      }
    } else if (!text.startsWith('#')) {
      open.push(text);
    }
  }
  return open.at(-1) ?? '';
}

/** What fits to what was typed: what begins with it first, then what holds it. The finished word is no news. */
export function fitting(typed: string, offered: Completion[]): Completion[] {
  const wanted = typed.toLowerCase();
  const fits = offered.filter(({ text }) => text !== typed && text.toLowerCase().includes(wanted));
  const begins = ({ text }: Completion) => text.toLowerCase().startsWith(wanted);
  return [...fits.filter(begins), ...fits.filter((completion) => !begins(completion))];
}

/** Everything that can stand where names or labels are wanted; the values of most labels only the firewalls know. */
export function offeredAt({ wants }: Place): Completion[] {
  if (wants === 'label') {
    return labelNames.map((text) => ({ kind: 'label', text }));
  }
  if (wants === 'name') {
    return [
      ...seriesNames.map((text): Completion => ({ kind: 'series', text })),
      ...functionNames.map((text): Completion => ({ kind: 'function', text })),
    ];
  }
  return wants.valuesOf === 'device_type' ? ['interface', 'peer'].map((text) => ({ kind: 'value', text })) : [];
}
