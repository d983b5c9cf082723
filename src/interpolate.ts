import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

type Replace = Pick<TemplateSrv, 'replace'>;

// Marks around the values of a variable within a text: characters that no name has.
const open = '\u0001';
const between = '\u0002';
const close = '\u0003';

const isRegex = (value: string): boolean => value.length > 1 && value.startsWith('/') && value.endsWith('/');

/**
 * Puts the values of dashboard variables into a list of a filter. A variable with several values makes an entry for each
 * of them; within `/…/` it becomes an alternative of its escaped values. An entry that comes out empty (a variable
 * without a value) goes away. What names no variable stays as it is: the back end tells what is wrong with it.
 */
export function interpolateList(list: string[], templates: Replace, scopedVars: ScopedVars): string[] {
  const values = list.flatMap((entry) =>
    isRegex(entry)
      ? [templates.replace(entry, scopedVars, (value: unknown) => alternative(variableValues(value)))]
      : expand(templates.replace(entry, scopedVars, (value: unknown) => open + variableValues(value).join(between) + close))
  );
  return [...new Set(values)].filter((value) => value !== '' && value !== '//');
}

/** `wg-⟨a|b⟩` becomes `wg-a`, `wg-b`; with two such places, every combination. */
function expand(text: string): string[] {
  const start = text.indexOf(open);
  const end = text.indexOf(close, start);
  if (start < 0 || end < 0) {
    return [text];
  }
  const [head, tail] = [text.slice(0, start), text.slice(end + 1)];
  return text
    .slice(start + 1, end)
    .split(between)
    .flatMap((value) => expand(tail).map((rest) => head + value + rest));
}

function alternative(values: string[]): string {
  const escaped = values.map((value) => value.replace(/[\\^$.|?*+()[\]{}/]/g, '\\$&'));
  return escaped.length > 1 ? `(${escaped.join('|')})` : (escaped[0] ?? '');
}

/** `$__all` without options, as Grafana hands it on when there is nothing to choose from, is no value. */
export function variableValues(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list
    .filter((entry) => typeof entry === 'string' || typeof entry === 'number')
    .map(String)
    .filter((entry) => entry !== '$__all');
}
