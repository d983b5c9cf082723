import type { ScopedVars, TypedVariableModel } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

type Format = (value: unknown, variable: object) => string;

/** Dashboard variables: their names and the chosen values, a list for each. */
export class PageTemplates implements TemplateSrv {
  private values = new Map<string, string[]>();

  set(name: string, values: string[]) {
    this.values.set(name, values);
  }

  getVariables(): TypedVariableModel[] {
    return [...this.values.keys()].map((name) => ({ name }) as TypedVariableModel);
  }

  /** `$name`, `${name}`, `${name:format}` and `[[name]]`; what names no variable stays. */
  replace(target = '', scopedVars: ScopedVars = {}, format?: string | Format): string {
    return target.replace(/\$(\w+)|\$\{(\w+)(?::\w+)?\}|\[\[(\w+)\]\]/g, (match: string, ...names: unknown[]) => {
      const name = names.slice(0, 3).find((found) => typeof found === 'string') as string;
      const value: unknown = scopedVars[name]?.value ?? this.values.get(name);
      if (value === undefined) {
        return match;
      }
      return typeof format === 'function' ? format(value, { multi: true, includeAll: true }) : asText(value);
    });
  }

  containsTemplate(target = ''): boolean {
    return /\$|\[\[/.test(target);
  }

  updateTimeRange() {
    // Nothing here depends on it.
  }
}

const asText = (value: unknown): string =>
  Array.isArray(value) && value.length > 1 ? `{${value.join(',')}}` : String(value);
