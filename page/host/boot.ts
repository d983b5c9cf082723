import type { BootData } from '@grafana/data';

/**
 * What Grafana's page has in place before any of its packages is loaded, which read it once: so this file is imported
 * first. There is no Grafana Live behind this page, so that live queries are answered as others are.
 */
const boot = {
  settings: { featureToggles: {}, liveEnabled: false, appSubUrl: '', buildInfo: { version: '12.4.10' } },
  user: { isSignedIn: true, orgRole: 'Admin', login: 'demo', permissions: {} },
  navTree: [],
  assets: { dark: '', light: '' },
};

declare global {
  interface Window {
    grafanaBootData?: BootData;
    __grafana_public_path__?: string;
  }
}

window.grafanaBootData = boot as unknown as BootData;
window.__grafana_public_path__ = '/public/';
