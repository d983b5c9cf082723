import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { Alert, FieldSet, Stack, Text } from '@grafana/ui';
import React from 'react';

import { addPasted } from '../../bulk';
import { texts } from '../../selectors';
import { addFirewall, firewallsOf, type Secrets, type Settings } from '../../settings';
import { AlertRules } from '../AlertRules/AlertRules';
import { AddFirewall } from './AddFirewall';
import { BulkAdd } from './BulkAdd';
import { FirewallList } from './FirewallList';
import { GeneralSettings } from './GeneralSettings';

type Props = DataSourcePluginOptionsEditorProps<Settings, Secrets>;

const words = texts.config;

export function ConfigEditor({ options, onOptionsChange }: Props) {
  const firewalls = firewallsOf(options);
  const readOnly = options.readOnly ?? false;

  return (
    <>
      {readOnly && <Alert severity="info" title={words.readOnly} />}
      <FieldSet label={words.firewalls.title}>
        <Stack direction="column" gap={2}>
          <Text color="secondary">{words.firewalls.description}</Text>
          <FirewallList options={options} onOptionsChange={onOptionsChange} />
          {!readOnly && (
            <>
              <AddFirewall others={firewalls} onAdd={(name, url) => onOptionsChange(addFirewall(options, name, url))} />
              <BulkAdd others={firewalls} onAdd={(list) => onOptionsChange(addPasted(options, list))} />
            </>
          )}
        </Stack>
      </FieldSet>
      <FieldSet label={words.general.title} disabled={readOnly}>
        <GeneralSettings options={options} onOptionsChange={onOptionsChange} />
      </FieldSet>
      <FieldSet label={words.alertRules.title}>
        <AlertRules uid={options.uid} />
      </FieldSet>
    </>
  );
}
