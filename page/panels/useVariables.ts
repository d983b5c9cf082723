import { useEffect, useState } from 'react';

import type { WireGuardDataSource } from '../../src/datasource';
import type { VariableQuery } from '../../src/types';
import type { PageTemplates } from '../host/templates';
import type { VariableModel } from './dashboard';

export interface Variable {
  name: string;
  label: string;
  options: string[];
  /** Empty: all, or the first where the dashboard has no "All". */
  chosen: string[];
}

interface Read {
  variables?: Variable[];
  /** Grows when a value changed. */
  version: number;
  choose: (name: string, values: string[]) => void;
}

/** The dashboard's variables with the values that the data source has for them, and those that a link chose. */
export function useVariables(models: VariableModel[] | undefined, given: URLSearchParams, source: WireGuardDataSource, templates: PageTemplates): Read {
  const [{ variables, version }, setRead] = useState<{ variables?: Variable[]; version: number }>({ version: 0 });

  const read = (choices: Record<string, string[]>) =>
    readAll(models ?? [], choices, source, templates).then((found) =>
      setRead((before) => ({ variables: found, version: before.version + 1 }))
    );

  useEffect(() => {
    if (models) {
      const choices = Object.fromEntries(models.map(({ name }) => [name, given.getAll(`var-${name}`).filter(isChoice)]));
      void readAll(models, choices, source, templates).then((found) => setRead({ variables: found, version: 1 }));
    }
  }, [models, given, source, templates]);

  const choose = (name: string, values: string[]) => {
    const choices = Object.fromEntries((variables ?? []).map((one) => [one.name, one.name === name ? values : one.chosen]));
    void read(choices);
  };

  return { variables, version, choose };
}

const isChoice = (value: string): boolean => value !== '' && value !== '$__all';

/** One after the other: the values of a variable may depend on those before it. */
async function readAll(models: VariableModel[], choices: Record<string, string[]>, source: WireGuardDataSource, templates: PageTemplates) {
  const found: Variable[] = [];
  for (const { name, label = name, type, query, includeAll } of models) {
    if (type === 'datasource') {
      templates.set(name, [source.uid]);
    } else if (type === 'query') {
      const options = await valuesOf(query as VariableQuery, source);
      const chosen = choices[name] ?? [];
      templates.set(name, chosen.length > 0 ? chosen : includeAll ? options : options.slice(0, 1));
      found.push({ name, label, options, chosen });
    }
  }
  return found;
}

async function valuesOf({ kind, filter }: VariableQuery, source: WireGuardDataSource): Promise<string[]> {
  const choices = await source.choices(kind, filter);
  return choices.map(({ value }) => value);
}
