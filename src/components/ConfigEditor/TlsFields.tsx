import { Alert, Box, Field, TextArea } from '@grafana/ui';
import React from 'react';

import { texts } from '../../selectors';
import { tlsModes, type TlsSettings } from '../../settings';
import { caProblem, fingerprintProblem } from '../../validation';
import { Dropdown } from '../Dropdown';
import { TextField } from './TextField';

interface Props {
  id: string;
  tls: TlsSettings;
  readOnly?: boolean;
  onChange: (tls: TlsSettings) => void;
}

const words = texts.config.tls;
/** A line of a certificate has 64 signs. */
const textWidth = 68;

/** How to trust the firewall's certificate; fields of the other modes keep what was typed, in case one goes back. */
export function TlsFields({ id, tls, readOnly, onChange }: Props) {
  const mode = tls.mode ?? 'system';
  const change = (part: Partial<TlsSettings>) => onChange({ ...tls, ...part });
  const badCa = caProblem(tls);

  return (
    <>
      <Field label={words.mode} disabled={readOnly} noMargin>
        <Dropdown
          id={`${id}-tls-mode`}
          options={tlsModes.map((value) => ({ value, ...words.modes[value] }))}
          value={mode}
          width={60}
          onChange={(value) => change({ mode: value })}
        />
      </Field>
      {mode === 'ca' && (
        <Box maxWidth={textWidth}>
          <Field label={words.ca} invalid={badCa !== undefined} error={badCa} noMargin>
            <TextArea
              id={`${id}-tls-ca`}
              rows={6}
              value={tls.ca ?? ''}
              placeholder={words.caPlaceholder}
              spellCheck={false}
              aria-invalid={badCa !== undefined}
              onChange={(event) => change({ ca: event.currentTarget.value })}
            />
          </Field>
        </Box>
      )}
      {mode === 'pin' && (
        <TextField
          id={`${id}-tls-fingerprint`}
          label={words.fingerprint}
          placeholder={words.fingerprintPlaceholder}
          value={tls.fingerprint ?? ''}
          problem={fingerprintProblem(tls)}
          width={100}
          onChange={(fingerprint) => change({ fingerprint })}
        />
      )}
      {(mode === 'system' || mode === 'ca') && (
        <TextField
          id={`${id}-tls-server-name`}
          label={words.serverName}
          description={words.serverNameDescription}
          value={tls.serverName ?? ''}
          onChange={(serverName) => change({ serverName })}
        />
      )}
      {mode === 'insecure' && <Alert severity="warning" title={words.insecureWarning} />}
    </>
  );
}
