import { Alert, Button, Stack, Text } from '@grafana/ui';
import React, { useState } from 'react';

import { useAnswer } from '../host/useAnswer';
import { useTick } from '../useTick';
import { words } from '../words';
import { FirewallControls } from './FirewallControls';
import { type LabFirewall, labUrl, putAllBack } from './lab';

const refreshSeconds = 3;
const { lab } = words;

/** The simulated firewalls' state, and buttons that change it. */
export function BreakBar({ hints }: { hints: string[] }) {
  const [tick, askNow] = useTick(refreshSeconds);
  const { data: firewalls = [], error } = useAnswer<LabFirewall[]>(labUrl, tick);
  const [failure, setFailure] = useState<string>();

  const run = (change: () => Promise<unknown>) => {
    setFailure(undefined);
    change()
      .catch((failed: unknown) => setFailure(failed instanceof Error ? failed.message : String(failed)))
      .finally(askNow);
  };

  return (
    <Stack direction="column" gap={2}>
      <Text element="h2" variant="h4">
        {lab.title}
      </Text>
      <Text color="secondary" variant="bodySmall">
        {lab.how}
      </Text>
      {(error ?? failure) && <Alert severity="error" title={failure ?? lab.unreachable} />}
      <div>
        <Button variant="success" size="sm" icon="sync" onClick={() => run(() => putAllBack(firewalls))}>
          {lab.allBack}
        </Button>
      </div>
      {firewalls.map((firewall) => (
        <FirewallControls key={firewall.name} firewall={firewall} run={run} />
      ))}
      <Text element="h2" variant="h4">
        {words.realThing}
      </Text>
      {hints.map((hint) => (
        <Text key={hint} color="secondary" variant="bodySmall">
          {hint}
        </Text>
      ))}
    </Stack>
  );
}
