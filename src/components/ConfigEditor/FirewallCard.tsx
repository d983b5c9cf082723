import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { FieldSet, Stack, Text } from '@grafana/ui';
import React, { useId, useState } from 'react';

import { duplicateFirewall, moveFirewall } from '../../firewallList';
import { texts } from '../../selectors';
import { type FirewallSettings, removeFirewall, type Secrets, type Settings } from '../../settings';
import { DropCard } from './DropCard';
import { FirewallFields } from './FirewallFields';
import { FirewallHeader } from './FirewallHeader';
import { HealthLine } from './HealthLine';
import { useApiKeyFile } from './useApiKeyFile';

interface Props extends Pick<DataSourcePluginOptionsEditorProps<Settings, Secrets>, 'options' | 'onOptionsChange'> {
  firewall: FirewallSettings;
  startsOpen: boolean;
  first: boolean;
  last: boolean;
  others: FirewallSettings[];
}

const words = texts.config;

/** A firewall: what it is called and how it does, and below that all of its settings. */
export function FirewallCard({ firewall, startsOpen, first, last, others, options, onOptionsChange }: Props) {
  const titleId = useId();
  const { id, name, url } = firewall;
  const [open, setOpen] = useState(startsOpen);
  const apiKeyFile = useApiKeyFile(id, { options, onOptionsChange });
  const drop = (files: File[]) => {
    // Where it is said what came of it.
    setOpen(true);
    void apiKeyFile.read(files);
  };

  return (
    <DropCard titleId={titleId} onFiles={options.readOnly ? undefined : drop}>
      <Stack direction="column" gap={2}>
        <FirewallHeader
          titleId={titleId}
          title={name.trim() || words.firewalls.unnamed}
          id={id}
          open={open}
          first={first}
          last={last}
          readOnly={options.readOnly}
          onToggle={() => setOpen(!open)}
          onMove={(by) => onOptionsChange(moveFirewall(options, id, by))}
          onDuplicate={() => onOptionsChange(duplicateFirewall(options, id))}
          onRemove={() => onOptionsChange(removeFirewall(options, id))}
        />
        {!open && <Text color="secondary">{url}</Text>}
        <HealthLine uid={options.uid} firewallId={id} />
        {open && (
          // A disabled fieldset disables every field and button within.
          <FieldSet disabled={options.readOnly}>
            <FirewallFields
              firewall={firewall}
              others={others}
              apiKeyFile={apiKeyFile}
              options={options}
              onOptionsChange={onOptionsChange}
            />
          </FieldSet>
        )}
      </Stack>
    </DropCard>
  );
}
