import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { Box, ConfirmButton, Field, Stack, Switch, Text } from '@grafana/ui';
import React, { useId } from 'react';

import { texts } from '../../selectors';
import {
  changeFirewall,
  type FirewallSettings,
  removeFirewall,
  secretNames,
  type Secrets,
  type Settings,
} from '../../settings';
import { nameProblem, urlProblem } from '../../validation';
import { ExpectedInterfaces } from './ExpectedInterfaces';
import { PeerList } from './PeerList';
import { SecretField } from './SecretField';
import { TextField } from './TextField';
import { TlsFields } from './TlsFields';

interface Props extends Pick<DataSourcePluginOptionsEditorProps<Settings, Secrets>, 'options' | 'onOptionsChange'> {
  firewall: FirewallSettings;
  others: FirewallSettings[];
}

const words = texts.config;

export function FirewallCard({ firewall, others, options, onOptionsChange }: Props) {
  const titleId = useId();
  const { id, name } = firewall;
  const title = name.trim() || words.firewalls.unnamed;
  const change = (part: Partial<FirewallSettings>) => onOptionsChange(changeFirewall(options, id, part));

  return (
    <Box role="group" aria-labelledby={titleId} borderStyle="solid" borderColor="weak" padding={2}>
      <Stack direction="column" gap={2}>
        <Stack justifyContent="space-between" alignItems="center">
          <Stack alignItems="baseline">
            <Text element="h4" id={titleId}>
              {title}
            </Text>
            <Text color="secondary" variant="bodySmall">
              {words.firewalls.id(id)}
            </Text>
          </Stack>
          <ConfirmButton
            confirmText={words.firewalls.removeConfirm}
            confirmVariant="destructive"
            disabled={options.readOnly}
            size="sm"
            onConfirm={() => onOptionsChange(removeFirewall(options, id))}
          >
            {words.firewalls.remove(title)}
          </ConfirmButton>
        </Stack>
        <TextField
          id={`${id}-name`}
          label={words.firewall.name}
          description={words.firewall.nameDescription}
          placeholder={words.firewall.namePlaceholder}
          value={name}
          problem={nameProblem(name, others)}
          onChange={(value) => change({ name: value })}
        />
        <TextField
          id={`${id}-url`}
          label={words.firewall.url}
          description={words.firewall.urlDescription}
          placeholder={words.firewall.urlPlaceholder}
          value={firewall.url}
          problem={urlProblem(firewall.url)}
          onChange={(url) => change({ url })}
        />
        {secretNames.map((secret) => (
          <SecretField key={secret} firewallId={id} secret={secret} options={options} onOptionsChange={onOptionsChange} />
        ))}
        <TlsFields id={id} tls={firewall.tls ?? {}} readOnly={options.readOnly} onChange={(tls) => change({ tls })} />
        <ExpectedInterfaces expected={firewall.expect ?? []} onChange={(expect) => change({ expect })} />
        {(['expectPeers', 'ignorePeers'] as const).map((key) => (
          <PeerList
            key={key}
            id={`${id}-${key}`}
            label={words.peers[key]}
            description={words.peers[`${key}Description`]}
            placeholder={words.peers[`${key}Placeholder`]}
            value={firewall[key] ?? []}
            onChange={(list) => change({ [key]: list })}
          />
        ))}
        <Field label={words.readConfiguration.label} description={words.readConfiguration.description} noMargin>
          <Switch
            id={`${id}-read-configuration`}
            value={firewall.readConfiguration === true}
            onChange={(event) => change({ readConfiguration: event.currentTarget.checked })}
          />
        </Field>
      </Stack>
    </Box>
  );
}
