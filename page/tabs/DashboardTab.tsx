import { css } from '@emotion/css';
import { Alert, Collapse, Stack } from '@grafana/ui';
import React, { useMemo, useState } from 'react';

import type { WireGuardDataSource } from '../../src/datasource';
import type { PageTemplates } from '../host/templates';
import { useAnswer } from '../host/useAnswer';
import { type Dashboard, type Section, sectionsOf } from '../panels/dashboard';
import { Panel } from '../panels/Panel';
import { useVariables } from '../panels/useVariables';
import type { Place } from '../place';
import { useTick } from '../useTick';
import { words } from '../words';
import { VariableBar } from './VariableBar';

interface Props {
  place: Place;
  datasource: WireGuardDataSource;
  templates: PageTemplates;
}

const refreshSeconds = 5;

/** A provisioned dashboard, read only. */
export function DashboardTab({ place, datasource, templates }: Props) {
  const { data: dashboard, error } = useAnswer<Dashboard>(`/dashboards/${place.dashboard}`);
  const { variables, version, choose } = useVariables(dashboard?.templating.list, place.variables, datasource, templates);
  const [tick] = useTick(refreshSeconds);
  const sections = useMemo(() => (dashboard ? sectionsOf(dashboard) : []), [dashboard]);
  if (error) {
    return <Alert severity="error" title={error} />;
  }
  return (
    <Stack direction="column" gap={1}>
      {variables && <VariableBar variables={variables} choose={choose} links={dashboard?.links} />}
      {variables &&
        sections.map((section) => (
          // Grows with each tick and each choice: panels ask anew when it changes.
          <Part key={section.id} section={section} datasource={datasource} tick={tick + version} />
        ))}
    </Stack>
  );
}

function Part({ section, datasource, tick }: { section: Section; datasource: WireGuardDataSource; tick: number }) {
  const [open, setOpen] = useState(!section.folded);
  const panels = <Grid section={section} datasource={datasource} tick={tick} />;
  return section.title === undefined ? (
    panels
  ) : (
    <Collapse label={section.title} isOpen={open} onToggle={setOpen}>
      {panels}
    </Collapse>
  );
}

// A cell of Grafana's grid is 30 pixels high, with 8 between two of them.
const grid = css({
  display: 'grid',
  gridTemplateColumns: 'repeat(24, minmax(0, 1fr))',
  gridAutoRows: 30,
  gap: 8,
  '@media (max-width: 800px)': { display: 'flex', flexDirection: 'column' },
});

function Grid({ section, datasource, tick }: { section: Section; datasource: WireGuardDataSource; tick: number }) {
  const top = Math.min(...section.panels.map(({ gridPos }) => gridPos.y));
  return (
    <div className={grid} aria-label={section.title ?? words.tabs.overview} role="group">
      {section.panels.map((panel) => {
        const { x, y, w, h } = panel.gridPos;
        const place = { gridColumn: `${x + 1} / span ${w}`, gridRow: `${y - top + 1} / span ${h}`, height: h * 38 - 8 };
        return (
          <div key={panel.id} style={place}>
            <Panel panel={panel} datasource={datasource} tick={tick} />
          </div>
        );
      })}
    </div>
  );
}
