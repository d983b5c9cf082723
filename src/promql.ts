import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

import { variableValues } from './interpolate';

/** What Grafana tells of a variable beside its value. */
interface VariableTraits {
  multi?: boolean;
  includeAll?: boolean;
}

// The back end alone fills these in: it knows the step, and nobody else does it for alert rules.
const names = '__(?:interval_ms|interval|rate_interval|range_ms|range_s|range)';
const timeMacros = new RegExp(`(\\$${names}\\b|\\$\\{${names}\\}|\\[\\[${names}\\]\\])`);

/**
 * Puts the values of dashboard variables into a PromQL expression, safe within double quotes. A variable that can have
 * several values becomes a regular expression, for `=~`: its values are escaped, several of them are alternatives.
 */
export function interpolateExpr(expr: string, templates: Pick<TemplateSrv, 'replace'>, scopedVars: ScopedVars): string {
  return expr
    .split(timeMacros)
    .map((part, index) => (index % 2 === 1 ? part : templates.replace(part, scopedVars, inExpr)))
    .join('');
}

function inExpr(value: unknown, { multi = false, includeAll = false }: VariableTraits = {}): string {
  const values = variableValues(value);
  if (!Array.isArray(value) && !multi && !includeAll) {
    return inString(values.join(''));
  }
  const escaped = values.map((entry) => inString(entry.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')));
  return escaped.length > 1 ? `(${escaped.join('|')})` : escaped.join('');
}

/** Names come from firewalls: within quotes of any kind, none may end the text and go on as an expression. */
const inString = (text: string): string =>
  text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replaceAll("'", '\\x27').replaceAll('`', '\\x60').replaceAll('\ufffd', '\\ufffd');
