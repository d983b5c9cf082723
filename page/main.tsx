import './host/boot';

import { setBackendSrv, setTemplateSrv } from '@grafana/runtime';
import React from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './App';
import { PageBackend } from './host/backend';
import { initLanguage } from './host/i18n';
import { loadPlugin } from './host/loadPlugin';
import { initRegistries } from './host/registries';
import { type Demo, readSettings } from './host/source';
import { PageTemplates } from './host/templates';
import { readLanguage } from './preferences';

/** Brings up in order what Grafana has in place before it loads a plugin, then the plugin, then the page. */
async function start(root: HTMLElement) {
  const backend = new PageBackend();
  const templates = new PageTemplates();
  setBackendSrv(backend);
  setTemplateSrv(templates);
  initRegistries();
  const demo = await backend.get<Demo>('/api/demo');
  await initLanguage(readLanguage(), demo.plugin.id, demo.plugin.languages);
  const plugin = await loadPlugin(demo.plugin.id);
  const options = await readSettings(demo.uid);
  createRoot(root).render(<App demo={demo} plugin={plugin} saved={options} templates={templates} />);
}

const root = document.getElementById('root');
if (root) {
  start(root).catch((error: unknown) => {
    root.setAttribute('role', 'alert');
    root.textContent = `The page could not start: ${error instanceof Error ? error.message : JSON.stringify(error)}`;
  });
}
