import { DataSourcePlugin } from '@grafana/data';

import { ConfigEditor } from './components/ConfigEditor/ConfigEditor';
import { QueryEditor } from './components/QueryEditor/QueryEditor';
import { QueryEditorHelp } from './components/QueryEditor/QueryEditorHelp';
import { WireGuardDataSource } from './datasource';
import type { Secrets, Settings } from './settings';
import type { WireGuardQuery } from './types';

export const plugin = new DataSourcePlugin<WireGuardDataSource, WireGuardQuery, Settings, Secrets>(WireGuardDataSource)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor)
  .setQueryEditorHelp(QueryEditorHelp);
