import { DataSourcePlugin } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';

import { ConfigEditor } from './components/ConfigEditor/ConfigEditor';
import { QueryEditor } from './components/QueryEditor/QueryEditor';
import { QueryEditorHelp } from './components/QueryEditor/QueryEditorHelp';
import { WireGuardDataSource } from './datasource';
import pluginJson from './plugin.json';
import type { Secrets, Settings } from './settings';
import type { WireGuardQuery } from './types';

// Grafana has loaded the translations before it loads this module; they are under the plugin's id.
void initPluginTranslations(pluginJson.id);

export const plugin = new DataSourcePlugin<WireGuardDataSource, WireGuardQuery, Settings, Secrets>(WireGuardDataSource)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor)
  .setQueryEditorHelp(QueryEditorHelp);
