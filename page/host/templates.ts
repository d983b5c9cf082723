import type { DataFrame, ScopedVars, TypedVariableModel } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

type Format = (value: unknown, variable: object) => string;

/** `$name`, `${name}`, `${name:format}` and `[[name]]`. */
const named = /\$(\w+)|\$\{([\w.]+)(?::(\w+))?\}|\[\[(\w+)\]\]/g;

/** Dashboard variables: their names and the chosen values, a list for each. */
export class PageTemplates implements TemplateSrv {
  private values = new Map<string, string[]>();

  set(name: string, values: string[]) {
    this.values.set(name, values);
  }

  getVariables(): TypedVariableModel[] {
    return [...this.values.keys()].map((name) => ({ name }) as TypedVariableModel);
  }

  /** What names no variable stays. */
  replace(target = '', scopedVars: ScopedVars = {}, format?: string | Format): string {
    return target.replace(named, (match: string, plain?: string, braced?: string, ownFormat?: string, square?: string) => {
      const value = this.valueOf(plain ?? braced ?? square ?? '', scopedVars);
      if (value === undefined) {
        return match;
      }
      return typeof format === 'function' ? format(value, { multi: true, includeAll: true }) : asText(value, ownFormat ?? format);
    });
  }

  private valueOf(name: string, scopedVars: ScopedVars): unknown {
    const [, column] = name.split('__data.fields.');
    if (column !== undefined) {
      return cell(column, scopedVars.__dataContext?.value);
    }
    // The page shows one span of time: links need not hand it on.
    return name === '__url_time_range' ? '' : (scopedVars[name]?.value ?? this.values.get(name));
  }

  containsTemplate(target = ''): boolean {
    return /\$|\[\[/.test(target);
  }

  updateTimeRange() {
    // Nothing here depends on it.
  }
}

/** The value of another column in the row that a link is in. */
function cell(column: string, context: unknown): unknown {
  const { frame, rowIndex = 0 } = (context ?? {}) as { frame?: DataFrame; rowIndex?: number };
  return frame?.fields.find(({ name, state }) => name === column || state?.displayName === column)?.values[rowIndex] as unknown;
}

function asText(value: unknown, format: string | undefined): string {
  const list = (Array.isArray(value) ? value : [value]).map(String);
  const text = list.length > 1 ? `{${list.join(',')}}` : (list[0] ?? '');
  return format === 'percentencode' || format === 'uriencode' ? encodeURIComponent(text) : text;
}
