import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { config } from '@grafana/runtime';
import { Field, Stack, Switch } from '@grafana/ui';
import React from 'react';

import { texts } from '../../selectors';
import { changeSettings, type Secrets, type Settings } from '../../settings';
import { durationProblem } from '../../validation';
import { HistorySize } from './HistorySize';
import { TextField } from './TextField';

type Props = Pick<DataSourcePluginOptionsEditorProps<Settings, Secrets>, 'options' | 'onOptionsChange'>;

const words = texts.config.general;

const hour = 3600;

/** Defaults and bounds (in seconds) are those of the back end. */
const durations = [
  { key: 'pollInterval', fallback: '30s', min: 10, max: 120 },
  { key: 'requestTimeout', fallback: '10s', min: 1, max: 25 },
  { key: 'forgetAfter', fallback: '168h', min: 60, max: 8760 * hour },
  { key: 'retention', fallback: '24h', min: 600, max: 720 * hour, zero: true },
  { key: 'liveMinInterval', fallback: '5s', min: 1, max: 120, zero: true },
] as const;

export function GeneralSettings({ options, onOptionsChange }: Props) {
  const { jsonData } = options;
  // A provisioning file may say 0 where it means '0'.
  const textOf = (key: (typeof durations)[number]['key']) => String(jsonData[key] ?? '');
  const change = (part: Partial<Settings>) => onOptionsChange(changeSettings(options, part));

  return (
    <Stack direction="column" gap={2}>
      {durations.map(({ key, fallback, ...bounds }) => (
        <TextField
          key={key}
          id={`general-${key}`}
          label={words[key]}
          description={words[`${key}Description`]}
          placeholder={fallback}
          value={textOf(key)}
          problem={durationProblem(textOf(key), { ...bounds, range: texts.errors[`${key}Range`] })}
          width={20}
          onChange={(value) => change({ [key]: value.trim() || undefined })}
        />
      ))}
      <HistorySize bytes={jsonData.historyMaxBytes} onChange={(historyMaxBytes) => change({ historyMaxBytes })} />
      {config.secureSocksDSProxyEnabled && (
        <Field label={words.socksProxy} description={words.socksProxyDescription} noMargin>
          <Switch
            id="general-socks-proxy"
            value={jsonData.enableSecureSocksProxy ?? false}
            onChange={(event) => change({ enableSecureSocksProxy: event.currentTarget.checked })}
          />
        </Field>
      )}
    </Stack>
  );
}
