import { type DataSourceInstanceSettings, type DataSourcePluginMeta, type ScopedVars, type TypedVariableModel } from '@grafana/data';
import { type BackendSrv, type BackendSrvRequest, setBackendSrv, type TemplateSrv } from '@grafana/runtime';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { type ComponentType, useState } from 'react';
import { defer, from, map, throwError } from 'rxjs';

import { WireGuardDataSource } from './datasource';
import type { Options, Settings } from './settings';

// Helpers of the tests beside the components; nothing that ships imports this file.

type Values = Record<string, string | string[]>;

/** What a variable is beside its value; it is handed to the functions that format values. */
type Traits = Record<string, { multi?: boolean; includeAll?: boolean }>;
type FormatValue = (value: unknown, traits: object) => string;

/** Grafana's template service, as far as we use it: `$name`, `${name}` and `[[name]]`; unknown names stay. */
export function fakeTemplates(values: Values = {}, traits: Traits = {}): TemplateSrv {
  const replace = (target = '', scopedVars: ScopedVars = {}, format?: string | FormatValue) =>
    target.replace(/\$(\w+)|\$\{(\w+)\}|\[\[(\w+)\]\]/g, (match: string, ...names: Array<string | undefined>) => {
      const name = names.slice(0, 3).find((found) => found !== undefined) ?? '';
      const value = (scopedVars[name]?.value ?? values[name]) as string | string[] | undefined;
      if (value === undefined) {
        return match;
      }
      return typeof format === 'function' ? format(value, traits[name] ?? {}) : String(value);
    });
  return {
    replace,
    getVariables: () => Object.keys(values).map((name) => ({ name }) as TypedVariableModel),
    containsTemplate: (target = '') => target.includes('$'),
    updateTimeRange: () => undefined,
  };
}

export function newDataSource(variables?: Values, jsonData: Settings = {}): WireGuardDataSource {
  const settings: Partial<DataSourceInstanceSettings<Settings>> = {
    id: 1,
    uid: 'wg',
    name: 'wg',
    type: 'opnsense-wireguard-datasource',
    meta: {} as DataSourcePluginMeta,
    jsonData,
  };
  return new WireGuardDataSource(settings as DataSourceInstanceSettings<Settings>, fakeTemplates(variables));
}

export function newOptions(part: Partial<Options> = {}): Options {
  return {
    id: 1,
    uid: 'wg',
    orgId: 1,
    name: 'wg',
    type: 'opnsense-wireguard-datasource',
    typeName: 'OPNsense WireGuard',
    typeLogoUrl: '',
    access: 'proxy',
    url: '',
    user: '',
    database: '',
    basicAuth: false,
    basicAuthUser: '',
    isDefault: false,
    readOnly: false,
    withCredentials: false,
    secureJsonFields: {},
    jsonData: {},
    ...part,
  };
}

interface OptionsEditorProps {
  options: Options;
  onOptionsChange: (options: Options) => void;
}

/** Renders a config editor as Grafana does, keeping what it hands out. */
export function editOptions(Editor: ComponentType<OptionsEditorProps>, part: Partial<Options> = {}) {
  const seen = { options: newOptions(part) };
  function Page() {
    const [options, setOptions] = useState(seen.options);
    const keep = (changed: Options) => {
      seen.options = changed;
      setOptions(changed);
    };
    return <Editor options={options} onOptionsChange={keep} />;
  }
  render(<Page />);
  return seen;
}

type Label = string | ((name: string) => boolean);

/** Opens the list of the field with this label. */
export async function openList(label: Label, place: HTMLElement = document.body): Promise<HTMLElement> {
  const field = within(place).getByRole('combobox', { name: label });
  await userEvent.click(field);
  return field;
}

/** Chooses one option of the field with this label. */
export async function choose(label: Label, option: string | RegExp, place?: HTMLElement): Promise<void> {
  await openList(label, place);
  await userEvent.click(await screen.findByRole('option', { name: option }));
}

interface Asked {
  method: string;
  url: string;
  params?: object;
  data?: unknown;
  headers?: Record<string, string>;
}

/** A refusal as Grafana's HTTP API gives it. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly data?: unknown
  ) {}
}

/** Grafana's HTTP API: `answer` gives the body of each answer, or a promise of it, or a Refusal. What was asked is kept. */
export function fakeBackend(answer: (asked: Asked) => unknown): Asked[] {
  const log: Asked[] = [];
  const fetch = ({ method = 'GET', url, params, data, headers }: BackendSrvRequest) =>
    defer(() => {
      const asked = { method, url, params, data: data as unknown, headers };
      log.push(asked);
      const body = answer(asked);
      return body instanceof Refusal
        ? throwError(() => ({ status: body.status, statusText: '', data: body.data, config: {} }))
        : from(Promise.resolve(body)).pipe(map((data) => ({ data, status: 200, ok: true })));
    });
  setBackendSrv({ fetch } as unknown as BackendSrv);
  return log;
}
