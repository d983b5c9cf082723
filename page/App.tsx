import { ThemeContext } from '@grafana/data';
import { setDataSourceSrv } from '@grafana/runtime';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import React, { useMemo, useState } from 'react';

import type { Options } from '../src/settings';
import type { WireGuardPlugin } from './host/loadPlugin';
import { type Demo, newDataSource, PageSources } from './host/source';
import type { PageTemplates } from './host/templates';
import { setTheme } from './host/theme';
import { Layout } from './Layout';
import { keepMode, type Mode, readMode } from './preferences';
import { ConfigTab } from './tabs/ConfigTab';
import { DashboardTab } from './tabs/DashboardTab';
import { QueryTab } from './tabs/QueryTab';
import { RulesTab } from './tabs/RulesTab';
import { usePlace } from './place';

interface Props {
  demo: Demo;
  plugin: WireGuardPlugin;
  saved: Options;
  templates: PageTemplates;
}

export function App({ demo, plugin, saved: first, templates }: Props) {
  const [mode, setMode] = useState<Mode>(readMode);
  const [saved, setSaved] = useState(first);
  const place = usePlace();
  const { tab } = place;

  const theme = useMemo(() => setTheme(mode), [mode]);

  const changeMode = (changed: Mode) => {
    keepMode(changed);
    setMode(changed);
  };

  // A data source that was saved is another one, for the plugin's code as well.
  const datasource = useMemo(() => {
    const source = newDataSource(plugin, demo, saved);
    setDataSourceSrv(new PageSources(demo, saved, source));
    return source;
  }, [plugin, demo, saved]);

  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <Layout tab={tab} mode={mode} onMode={changeMode} hints={demo.hints}>
        {tab === 'overview' && (
          <DashboardTab key={`${place.dashboard}?${place.variables}`} place={place} datasource={datasource} templates={templates} />
        )}
        {tab === 'rules' && <RulesTab />}
        {tab === 'query' && <QueryTab plugin={plugin} datasource={datasource} />}
        {tab === 'config' && <ConfigTab plugin={plugin} saved={saved} onSaved={setSaved} datasource={datasource} />}
      </Layout>
      <PortalContainer />
    </ThemeContext.Provider>
  );
}
