import { Button, Text } from '@grafana/ui';
import React from 'react';

import { type InterfaceRow, reportedInterfaces } from '../../resources';
import { texts } from '../../selectors';
import type { ExpectedInterface } from '../../settings';
import { useLatest } from '../useLatest';
import { useTask } from '../useTask';

interface Props {
  /** Of the data source and of the saved firewall. */
  uid: string;
  firewallId: string;
  expected: ExpectedInterface[];
  onAdd: (seen: ExpectedInterface[]) => void;
}

const words = texts.config.expect;

/** Expects every interface that the firewall reports by now and that is not expected yet. */
export function ExpectSeen(props: Props) {
  const { uid, firewallId } = props;
  // The firewall takes a moment, in which somebody may type.
  const latest = useLatest(props);
  const { busy, result, problem, run } = useTask(async () => {
    const interfaces = await reportedInterfaces(uid, firewallId);
    const { expected = [], onAdd } = latest.current ?? {};
    const seen = unexpected(interfaces, expected);
    if (seen.length > 0) {
      onAdd?.(seen);
    }
    return seen.length;
  });

  return (
    <>
      <Button variant="secondary" size="sm" icon="sync" disabled={busy} tooltip={words.addSeenTooltip} onClick={run}>
        {words.addSeen}
      </Button>
      <div role="status">
        {result !== undefined && <Text color="success">{result > 0 ? words.added({ number: result }) : words.nothingNew}</Text>}
        {problem && <Text color="error">{words.failed({ reason: problem })}</Text>}
      </div>
    </>
  );
}

/** What is switched off on purpose is not to be expected. */
function unexpected(rows: InterfaceRow[], expected: ExpectedInterface[]): ExpectedInterface[] {
  const known = new Set(expected.map(({ device }) => device.trim()));
  return rows
    .filter(({ device, status }) => device !== '' && !known.has(device) && status !== 'disabled')
    .map(({ device, device_name: name = '' }) => ({ device, name }));
}
