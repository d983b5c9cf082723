import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, Stack, Text, useStyles2 } from '@grafana/ui';
import React from 'react';

import { words } from '../words';
import { Breaker } from './Breaker';
import { apiKeyFile, control, isHanging, type LabFirewall, type LabInterface } from './lab';

interface Props {
  firewall: LabFirewall;
  run: (change: () => Promise<unknown>) => void;
}

const { lab } = words;

/** One simulated firewall: its CARP addresses, its interfaces with their peers, and its web interface. */
export function FirewallControls({ firewall, run }: Props) {
  const styles = useStyles2(getStyles);
  const { name, virtual_ips, interfaces } = firewall;
  const hanging = isHanging(firewall);
  return (
    <section aria-label={name} className={styles.card}>
      <Stack justifyContent="space-between" alignItems="center">
        <Text element="h3" variant="h5">
          {name}
        </Text>
        <Breaker
          broken={hanging}
          words={hanging ? [lab.release, lab.releaseWhat(name)] : [lab.hang, lab.hangWhat(name)]}
          onClick={() => run(() => (hanging ? control(`${name}/faults/clear`) : control(`${name}/faults`, { kind: 'hang' })))}
        />
      </Stack>
      {hanging && (
        <Text variant="bodySmall" color="warning">
          {lab.hangs}
        </Text>
      )}
      {virtual_ips.map(({ vhid, role }) => {
        const master = role === 'MASTER';
        const label = master ? lab.failOver(vhid) : lab.takeOver(vhid);
        return (
          <div key={vhid} className={styles.row}>
            <Text variant="bodySmall">{`vhid ${vhid} ${role}`}</Text>
            <Breaker
              broken={!master}
              words={[label, `${label} (${name})`]}
              onClick={() => run(() => control(`${name}/carp/${vhid}`, { role: master ? 'BACKUP' : 'MASTER' }))}
            />
          </div>
        );
      })}
      {interfaces.map((one) => (
        <InterfaceControls key={one.device} firewall={name} shown={one} run={run} />
      ))}
      <details>
        <summary className={styles.summary}>{lab.access}</summary>
        <code className={styles.code}>{`${firewall.url}\n${firewall.fingerprint}\n${apiKeyFile(firewall)}`}</code>
        <ClipboardButton size="sm" variant="secondary" icon="copy" getText={() => apiKeyFile(firewall)}>
          {lab.copy}
        </ClipboardButton>
      </details>
    </section>
  );
}

interface InterfaceProps {
  firewall: string;
  shown: LabInterface;
  run: Props['run'];
}

function InterfaceControls({ firewall, shown: { device, name, running, up, peers }, run }: InterfaceProps) {
  const styles = useStyles2(getStyles);
  const path = `${firewall}/interfaces/${device}`;
  const what = `${firewall} ${device}`;
  const state = !running ? lab.stopped : up ? lab.up : lab.down;
  return (
    <>
      <div className={styles.row}>
        <Text variant="bodySmall" color={up ? 'success' : 'error'}>{`${device} ${name}: ${state}`}</Text>
        <Stack gap={0.5}>
          {running && (
            <Breaker
              broken={!up}
              words={up ? [lab.takeDown, lab.takeDownWhat(what)] : [lab.bringUp, lab.bringUpWhat(what)]}
              onClick={() => run(() => control(`${path}/${up ? 'down' : 'up'}`))}
            />
          )}
          <Breaker
            broken={!running}
            words={running ? [lab.stop, lab.stopWhat(what)] : [lab.start, lab.startWhat(what)]}
            onClick={() => run(() => control(`${path}/${running ? 'stop' : 'start'}`))}
          />
        </Stack>
      </div>
      {peers
        .filter(({ connects }) => connects)
        .map(({ name: peer, cut }) => (
          <div key={peer} className={styles.peer}>
            <Text variant="bodySmall" color={cut ? 'error' : 'secondary'}>
              {peer}
            </Text>
            <Breaker
              broken={cut}
              words={cut ? [lab.restore, lab.restoreWhat(`${what} ${peer}`)] : [lab.cut, lab.cutWhat(`${what} ${peer}`)]}
              onClick={() => run(() => control(`${path}/peers/${encodeURIComponent(peer)}/${cut ? 'restore' : 'cut'}`))}
            />
          </div>
        ))}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const row = css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', justifyContent: 'space-between', gap: theme.spacing(0.5) });
  return {
    card: css({
      display: 'flex',
      flexDirection: 'column',
      gap: theme.spacing(1),
      padding: theme.spacing(1.5),
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      background: theme.colors.background.primary,
    }),
    row,
    peer: css(row, { paddingLeft: theme.spacing(2) }),
    summary: css({ cursor: 'pointer', fontSize: theme.typography.bodySmall.fontSize }),
    code: css({ display: 'block', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', margin: theme.spacing(1, 0) }),
  };
};
