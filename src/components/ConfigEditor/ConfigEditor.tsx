import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { Alert, FieldSet, Stack, Text } from '@grafana/ui';
import React from 'react';

import { texts } from '../../selectors';
import { addFirewall, firewallsOf, type Secrets, type Settings } from '../../settings';
import { AlertRules } from '../AlertRules/AlertRules';
import { AddFirewall } from './AddFirewall';
import { FirewallCard } from './FirewallCard';
import { GeneralSettings } from './GeneralSettings';

type Props = DataSourcePluginOptionsEditorProps<Settings, Secrets>;

const words = texts.config;

export function ConfigEditor({ options, onOptionsChange }: Props) {
  const firewalls = firewallsOf(options);
  const readOnly = options.readOnly ?? false;

  return (
    <>
      {readOnly && <Alert severity="info" title={words.readOnly} />}
      {/* A disabled fieldset disables every field and button within. */}
      <FieldSet label={words.firewalls.title} disabled={readOnly}>
        <Stack direction="column" gap={2}>
          <Text color="secondary">{words.firewalls.description}</Text>
          {firewalls.length === 0 && <Text>{words.firewalls.none}</Text>}
          {firewalls.map((firewall, index) => (
            <FirewallCard
              key={firewall.id}
              firewall={firewall}
              first={index === 0}
              last={index === firewalls.length - 1}
              others={firewalls.filter((other) => other !== firewall)}
              options={options}
              onOptionsChange={onOptionsChange}
            />
          ))}
          {!readOnly && (
            <AddFirewall
              others={firewalls}
              onAdd={(name, url) => onOptionsChange(addFirewall(options, name, url))}
            />
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
