import { Badge, type BadgeColor, type CellProps, type Column, InteractiveTable } from '@grafana/ui';
import React, { useMemo } from 'react';

import type { RuleState, ShippedRule } from '../../alertRules';
import { texts } from '../../selectors';

interface Props {
  rules: ShippedRule[];
}

const colours: Record<RuleState, BadgeColor> = {
  missing: 'darkgrey',
  installed: 'green',
  changed: 'orange',
  file: 'blue',
  unknown: 'darkgrey',
};

/** The shipped rules, what each waits for and how it stands. */
export function RuleTable({ rules }: Props) {
  const columns = useMemo(() => columnsOf(), []);
  return <InteractiveTable columns={columns} data={rules} getRowId={({ shipped }) => shipped.uid} />;
}

type Cell = CellProps<ShippedRule>;

function columnsOf(): Array<Column<ShippedRule>> {
  const words = texts.config.alertRules;
  const pause = ({ shipped, found }: ShippedRule) =>
    found ? (found.isPaused ? ` (${words.paused})` : '') : shipped.isPaused ? ` (${words.shippedPaused})` : '';
  return [
    { id: 'rule', header: words.rule, cell: ({ row: { original } }: Cell) => original.shipped.title },
    { id: 'wait', header: words.wait, cell: ({ row: { original } }: Cell) => original.shipped.for },
    { id: 'severity', header: words.severity, cell: ({ row: { original } }: Cell) => original.shipped.labels?.severity ?? '' },
    {
      id: 'state',
      header: words.state,
      cell: ({ row: { original } }: Cell) => (
        <Badge color={colours[original.state]} text={words.states[original.state] + pause(original)} />
      ),
    },
  ];
}
