import { Icon, Stack, Text } from '@grafana/ui';
import React, { useEffect, useState } from 'react';

import { type Health, newestHealth } from '../../health';
import { texts } from '../../selectors';

interface Props {
  /** Of the data source. */
  uid: string;
  firewallId: string;
}

const words = texts.config.health;

/** What the newest Save & test found of a firewall; nothing before there was one. */
export function HealthLine({ uid, firewallId }: Props) {
  const [health, setHealth] = useState<Health>();
  useEffect(() => {
    const watch = newestHealth.subscribe(setHealth);
    return () => watch.unsubscribe();
  }, []);
  const found = health?.uid === uid ? health.firewalls.find(({ id }) => id === firewallId) : undefined;

  return (
    <div role="status">
      {found && (
        <Stack direction="column" gap={0.5}>
          <Text color={found.ok ? 'success' : 'error'}>
            <Icon name={found.ok ? 'check-circle' : 'exclamation-circle'} /> {found.message}
          </Text>
          {found.lost?.map((text) => (
            <Text key={text} color="warning">
              {text}
            </Text>
          ))}
          {found.risks && found.risks.length > 0 && (
            <Text color="secondary" variant="bodySmall">
              {words.risks({ risks: found.risks.join('; ') })}
            </Text>
          )}
        </Stack>
      )}
    </div>
  );
}
