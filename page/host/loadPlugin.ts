import type { DataSourcePlugin } from '@grafana/data';

import type { WireGuardDataSource } from '../../src/datasource';
import type { Secrets, Settings } from '../../src/settings';
import type { WireGuardQuery } from '../../src/types';
import { provided } from './modules';

export type WireGuardPlugin = DataSourcePlugin<WireGuardDataSource, WireGuardQuery, Settings, Secrets>;

type Factory = (...modules: unknown[]) => { plugin: WireGuardPlugin };

declare global {
  interface Window {
    define?: (names: string[], factory: Factory) => void;
  }
}

/** Loads the built module.js as Grafana does: an AMD module that names what it wants to be handed. */
export function loadPlugin(id: string): Promise<WireGuardPlugin> {
  return new Promise((resolve, reject) => {
    window.define = (names, factory) => {
      const missing = names.filter((name) => !(name in provided));
      if (missing.length > 0) {
        reject(new Error(`The plugin asks for ${missing.join(', ')}; page/host/modules.ts does not hand it out.`));
        return;
      }
      resolve(factory(...names.map((name) => provided[name])).plugin);
    };
    const script = document.createElement('script');
    script.src = `/public/plugins/${id}/module.js`;
    script.onerror = () => reject(new Error('There is no module.js: build the plugin with go tool mage build.'));
    document.head.append(script);
  });
}
