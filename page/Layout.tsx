import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { RadioButtonGroup, Select, Tab, TabsBar, Text, useStyles2 } from '@grafana/ui';
import React, { type ReactNode } from 'react';

import { languages } from './host/i18n';
import { BreakBar } from './lab/BreakBar';
import { changeLanguage, type Mode, readLanguage } from './preferences';
import { type TabName, tabs } from './place';
import { words } from './words';

interface Props {
  tab: TabName;
  mode: Mode;
  onMode: (mode: Mode) => void;
  hints: string[];
  children: ReactNode;
}

const modes: Array<{ value: Mode; label: string }> = [
  { value: 'dark', label: words.theme.dark },
  { value: 'light', label: words.theme.light },
];

export function Layout({ tab, mode, onMode, hints, children }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <div className={styles.title}>
          <Text element="h1" variant="h3">
            {words.title}
          </Text>
          <Text color="secondary">{words.subtitle}</Text>
        </div>
        <RadioButtonGroup aria-label={words.theme.label} size="sm" options={modes} value={mode} onChange={onMode} />
        <Select
          aria-label={words.language}
          width={16}
          options={languages}
          value={readLanguage()}
          onChange={({ value }) => value && changeLanguage(value)}
        />
      </header>
      <div className={styles.columns}>
        <div className={styles.views}>
          <nav aria-label={words.views} className={styles.tabs}>
            <TabsBar>
              {tabs.map((name) => (
                <Tab key={name} label={words.tabs[name]} active={tab === name} href={`#${name}`} />
              ))}
            </TabsBar>
          </nav>
          <main className={styles.main} aria-label={words.tabs[tab]}>
            {children}
          </main>
        </div>
        <aside className={styles.aside} aria-label={words.lab.title}>
          <BreakBar hints={hints} />
        </aside>
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({
    minHeight: '100vh',
    boxSizing: 'border-box',
    padding: theme.spacing(2),
    color: theme.colors.text.primary,
    background: theme.colors.background.canvas,
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
  }),
  header: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(2) }),
  title: css({ flexGrow: 1 }),
  columns: css({ display: 'flex', gap: theme.spacing(2), [theme.breakpoints.down('md')]: { flexDirection: 'column' } }),
  views: css({ flex: '1 1 0', minWidth: 0 }),
  // Narrow screens scroll the tabs; the page itself stays as wide as the screen.
  tabs: css({ overflowX: 'auto' }),
  aside: css({
    flex: '0 0 320px',
    // Within reach of whatever is looked at.
    [theme.breakpoints.up('md')]: { position: 'sticky', top: theme.spacing(1), alignSelf: 'flex-start', maxHeight: '98vh', overflowY: 'auto' },
  }),
  main: css({ minWidth: 0, paddingTop: theme.spacing(1) }),
});
