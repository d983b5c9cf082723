import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { Field, Input, SecretInput } from '@grafana/ui';
import React from 'react';

import { texts } from '../../selectors';
import { resetSecret, secretKey, type SecretName, type Secrets, type Settings, typeSecret } from '../../settings';
import { secretProblem } from '../../validation';

interface Props extends Pick<DataSourcePluginOptionsEditorProps<Settings, Secrets>, 'options' | 'onOptionsChange'> {
  firewallId: string;
  secret: SecretName;
  /** Takes a pasted text that is a whole file; false leaves it to the field. */
  onPasteFile: (text: string) => boolean;
}

const words = texts.config.firewall;

/** A secret can be typed and replaced, never read: Grafana only tells that there is one. */
export function SecretField({ firewallId, secret, options, onOptionsChange, onPasteFile }: Props) {
  const key = secretKey(firewallId, secret);
  const id = `${firewallId}-${secret}`;
  const stored = options.secureJsonFields?.[key] ?? false;

  if (options.readOnly) {
    // The stock component keeps its Reset button alive.
    return (
      <Field label={words[secret]} noMargin>
        <Input id={id} width={60} disabled value={stored ? words.configured : ''} />
      </Field>
    );
  }
  const value = options.secureJsonData?.[key] ?? '';
  const problem = secretProblem(secret, value);
  return (
    <Field label={words[secret]} invalid={problem !== undefined} error={problem} noMargin>
      <SecretInput
        id={id}
        width={60}
        isConfigured={stored}
        value={value}
        aria-invalid={problem !== undefined}
        placeholder={words.secretPlaceholder}
        autoComplete="new-password"
        onPaste={(event) => {
          if (onPasteFile(event.clipboardData.getData('text'))) {
            event.preventDefault();
          }
        }}
        onReset={() => onOptionsChange(resetSecret(options, key))}
        onChange={(event) => onOptionsChange(typeSecret(options, key, event.currentTarget.value))}
      />
    </Field>
  );
}
