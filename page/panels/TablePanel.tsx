import type { DataFrame } from '@grafana/data';
import { TableNG } from '@grafana/ui/unstable';
import React from 'react';

interface Props {
  label: string;
  frame: DataFrame;
  width: number;
  height: number;
  sortBy?: Array<{ displayName: string; desc?: boolean }>;
}

export function TablePanel({ label, frame, width, height, sortBy }: Props) {
  return <TableNG ariaLabel={label} data={frame} width={width} height={height} initialSortBy={sortBy} />;
}
