import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { config } from '@grafana/runtime';
import { Field, Stack, Switch } from '@grafana/ui';
import React from 'react';

import { texts } from '../../selectors';
import { changeSettings, type Secrets, type Settings } from '../../settings';
import { durationProblem } from '../../validation';
import { TextField } from './TextField';

type Props = Pick<DataSourcePluginOptionsEditorProps<Settings, Secrets>, 'options' | 'onOptionsChange'>;

const words = texts.config.general;

/** Defaults and bounds (in seconds) are those of the back end. */
const durations = [
  { key: 'pollInterval', fallback: '30s', min: 10, max: 120, range: texts.errors.pollIntervalRange },
  { key: 'requestTimeout', fallback: '10s', min: 1, max: 25, range: texts.errors.requestTimeoutRange },
  { key: 'forgetAfter', fallback: '168h', min: 60, max: 8760 * 3600, range: texts.errors.forgetAfterRange },
] as const;

export function GeneralSettings({ options, onOptionsChange }: Props) {
  const { jsonData } = options;
  const change = (part: Partial<Settings>) => onOptionsChange(changeSettings(options, part));

  return (
    <Stack direction="column" gap={2}>
      {durations.map(({ key, fallback, min, max, range }) => (
        <TextField
          key={key}
          id={`general-${key}`}
          label={words[key]}
          description={words[`${key}Description`]}
          placeholder={fallback}
          value={jsonData[key] ?? ''}
          problem={durationProblem(jsonData[key], min, max, range)}
          width={20}
          onChange={(value) => change({ [key]: value.trim() || undefined })}
        />
      ))}
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
