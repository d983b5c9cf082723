import type { DataFrame, TimeRange } from '@grafana/data';
import { LegendDisplayMode, TimeSeries } from '@grafana/ui';
import React from 'react';

interface Props {
  frames: DataFrame[];
  range: TimeRange;
  width: number;
  height: number;
}

export function GraphPanel({ frames, range, width, height }: Props) {
  return (
    <TimeSeries
      frames={frames}
      timeRange={range}
      timeZone="browser"
      width={width}
      height={height}
      legend={{ showLegend: true, displayMode: LegendDisplayMode.List, placement: 'bottom', calcs: [] }}
    />
  );
}
