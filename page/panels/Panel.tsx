import { type DataFrame, LoadingState } from '@grafana/data';
import { PanelChrome, Text } from '@grafana/ui';
import React, { useMemo } from 'react';

import type { WireGuardDataSource } from '../../src/datasource';
import type { WireGuardQuery } from '../../src/types';
import { words } from '../words';
import type { PanelModel } from './dashboard';
import { usePanelFrames, withPalette } from './fields';
import { GraphPanel } from './GraphPanel';
import { Notices } from './Notices';
import { StatPanel } from './StatPanel';
import { TablePanel } from './TablePanel';
import { TimelinePanel } from './TimelinePanel';
import { type Frames, useFrames } from './useFrames';
import { useSize } from './useSize';

interface Props {
  panel: PanelModel;
  datasource: WireGuardDataSource;
  tick: number;
}

const none: DataFrame[] = [];

/** A panel of a dashboard: its queries, and its answer drawn as its type says. */
export function Panel({ panel, datasource, tick }: Props) {
  const { ref, width, height } = useSize<HTMLDivElement>();
  const targets = useMemo(() => panel.targets?.map(withoutSource), [panel]);
  const answer = useFrames(datasource, targets, tick);
  const fieldConfig = useMemo(
    () => (panel.type === 'timeseries' ? withPalette(panel.fieldConfig) : panel.fieldConfig),
    [panel]
  );
  const frames = usePanelFrames(answer?.frames ?? none, fieldConfig, panel.transformations);

  return (
    <div ref={ref} style={{ minWidth: 0, height: '100%' }}>
      {width > 0 && (
        <PanelChrome
          title={panel.title}
          description={panel.description}
          width={width}
          height={height}
          statusMessage={answer?.error}
          titleItems={<Notices frames={answer?.frames ?? none} />}
        >
          {(innerWidth, innerHeight) =>
            answer && <Drawn panel={panel} frames={frames} answer={answer} width={innerWidth} height={innerHeight} />
          }
        </PanelChrome>
      )}
    </div>
  );
}

/** The dashboard names its data source by a variable; this page has but one. */
const withoutSource = (query: WireGuardQuery): WireGuardQuery => ({ ...query, datasource: undefined });

interface DrawnProps {
  panel: PanelModel;
  frames: DataFrame[];
  answer: Frames;
  width: number;
  height: number;
}

function Drawn({ panel, frames, answer, width, height }: DrawnProps) {
  const [first] = frames;
  if (!first || frames.every(({ length }) => length === 0)) {
    return <Text color="secondary">{answer.state === LoadingState.Loading ? words.query.loading : (noValue(panel) ?? words.noData)}</Text>;
  }
  switch (panel.type) {
    case 'table':
      return <TablePanel label={panel.title} frame={first} width={width} height={height} sortBy={sortOf(panel)} />;
    case 'stat':
      return <StatPanel panel={panel} frames={frames} width={width} height={height} />;
    case 'timeseries':
      return <GraphPanel frames={frames} range={answer.range} width={width} height={height} />;
    case 'state-timeline':
      return <TimelinePanel frames={frames} range={answer.range} />;
    default:
      return <Text color="secondary">{words.notDrawn(panel.type)}</Text>;
  }
}

const noValue = ({ fieldConfig }: PanelModel): string | undefined => fieldConfig?.defaults.noValue;

const sortOf = ({ options }: PanelModel) => options?.sortBy as Array<{ displayName: string; desc?: boolean }> | undefined;
