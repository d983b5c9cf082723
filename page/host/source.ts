import type { DataSourceApi, DataSourceInstanceSettings, DataSourcePluginMeta } from '@grafana/data';
import { type DataSourceSrv, getBackendSrv } from '@grafana/runtime';

import type { WireGuardDataSource } from '../../src/datasource';
import type { Options, Settings } from '../../src/settings';
import type { WireGuardPlugin } from './loadPlugin';

/** What the page's server tells before anything is shown. */
export interface Demo {
  uid: string;
  plugin: DataSourcePluginMeta & { languages?: string[] };
  hints: string[];
}

export const readSettings = (uid: string): Promise<Options> => getBackendSrv().get<Options>(`/api/datasources/uid/${uid}`);

/** Saves, and returns what is saved now. */
export async function saveSettings(options: Options): Promise<Options> {
  const { datasource } = await getBackendSrv().put<{ datasource: Options }>(`/api/datasources/uid/${options.uid}`, options);
  return datasource;
}

export function newDataSource({ DataSourceClass }: WireGuardPlugin, demo: Demo, options: Options): WireGuardDataSource {
  const instance = new DataSourceClass(instanceSettings(demo, options));
  instance.meta = demo.plugin;
  return instance;
}

function instanceSettings(demo: Demo, { id, uid, name, type, jsonData }: Options): DataSourceInstanceSettings<Settings> {
  return { id, uid, name, type, jsonData, meta: demo.plugin, access: 'proxy', readOnly: false };
}

/** The one data source of this page, whatever it is asked for. */
export class PageSources implements DataSourceSrv {
  constructor(
    private readonly demo: Demo,
    private readonly options: Options,
    private readonly source: WireGuardDataSource
  ) {}

  get(): Promise<DataSourceApi> {
    return Promise.resolve(this.source as unknown as DataSourceApi);
  }

  getInstanceSettings() {
    return instanceSettings(this.demo, this.options);
  }

  getList() {
    return [this.getInstanceSettings()];
  }

  reload() {
    // There is nothing to read anew.
  }

  registerRuntimeDataSource() {
    throw new Error('This page has one data source.');
  }
}
