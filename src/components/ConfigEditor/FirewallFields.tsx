import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { Field, Stack, Switch } from '@grafana/ui';
import React from 'react';

import { texts } from '../../selectors';
import { changeFirewall, type FirewallSettings, type Secrets, type Settings } from '../../settings';
import { normaliseUrl } from '../../url';
import { nameProblem, urlProblem } from '../../validation';
import { Credentials } from './Credentials';
import { ExpectedInterfaces } from './ExpectedInterfaces';
import { PeerList } from './PeerList';
import { PresentedCertificate } from './PresentedCertificate';
import { TextField } from './TextField';
import { TlsFields } from './TlsFields';
import type { useApiKeyFile } from './useApiKeyFile';

interface Props extends Pick<DataSourcePluginOptionsEditorProps<Settings, Secrets>, 'options' | 'onOptionsChange'> {
  firewall: FirewallSettings;
  others: FirewallSettings[];
  apiKeyFile: ReturnType<typeof useApiKeyFile>;
}

const words = texts.config;

/** All settings of one firewall. */
export function FirewallFields({ firewall, others, apiKeyFile, options, onOptionsChange }: Props) {
  const { id, name } = firewall;
  const tidyUrl = normaliseUrl(firewall.url);
  const change = (part: Partial<FirewallSettings>) => onOptionsChange(changeFirewall(options, id, part));

  return (
    <Stack direction="column" gap={2}>
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
        onLeave={() => tidyUrl !== firewall.url && change({ url: tidyUrl })}
      />
      <Credentials firewallId={id} apiKeyFile={apiKeyFile} options={options} onOptionsChange={onOptionsChange} />
      <TlsFields id={id} tls={firewall.tls ?? {}} readOnly={options.readOnly} onChange={(tls) => change({ tls })} />
      <PresentedCertificate
        uid={options.uid}
        firewallId={id}
        url={firewall.url}
        pinned={firewall.tls?.mode === 'pin' ? firewall.tls.fingerprint : undefined}
        onPin={
          options.readOnly
            ? undefined
            : (fingerprint) => change({ tls: { ...firewall.tls, mode: 'pin', fingerprint } })
        }
      />
      <ExpectedInterfaces
        uid={options.uid}
        firewallId={id}
        expected={firewall.expect ?? []}
        readOnly={options.readOnly}
        onChange={(expect) => change({ expect })}
      />
      {(['expectPeers', 'ignorePeers'] as const).map((key) => (
        <PeerList
          key={key}
          id={`${id}-${key}`}
          uid={options.uid}
          firewallId={id}
          readOnly={options.readOnly}
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
  );
}
