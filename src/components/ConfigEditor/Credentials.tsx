import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import React from 'react';

import { secretNames, type Secrets, type Settings } from '../../settings';
import { ApiKeyFileButton } from './ApiKeyFileButton';
import { SecretField } from './SecretField';
import type { useApiKeyFile } from './useApiKeyFile';

interface Props extends Pick<DataSourcePluginOptionsEditorProps<Settings, Secrets>, 'options' | 'onOptionsChange'> {
  firewallId: string;
  apiKeyFile: ReturnType<typeof useApiKeyFile>;
}

/** Key and secret of a firewall: typed, or both at once from OPNsense's file. */
export function Credentials({ firewallId, apiKeyFile, options, onOptionsChange }: Props) {
  const { outcome, take, read } = apiKeyFile;
  return (
    <>
      {secretNames.map((secret) => (
        <SecretField
          key={secret}
          firewallId={firewallId}
          secret={secret}
          options={options}
          onOptionsChange={onOptionsChange}
          onPasteFile={take}
        />
      ))}
      {!options.readOnly && <ApiKeyFileButton outcome={outcome} onFiles={(files) => void read(files)} />}
    </>
  );
}
