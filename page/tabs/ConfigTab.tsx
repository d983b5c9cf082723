import type { TestDataSourceResponse } from '@grafana/data';
import { HealthCheckError } from '@grafana/runtime';
import { Alert, Button, Stack, Switch } from '@grafana/ui';
import React, { useEffect, useRef, useState } from 'react';

import type { WireGuardDataSource } from '../../src/datasource';
import type { Options } from '../../src/settings';
import type { WireGuardPlugin } from '../host/loadPlugin';
import { saveSettings } from '../host/source';
import { words } from '../words';

interface Props {
  plugin: WireGuardPlugin;
  datasource: WireGuardDataSource;
  saved: Options;
  onSaved: (options: Options) => void;
}

/** The plugin's own editor within what Grafana puts around it: Save & test, and what came of it. */
export function ConfigTab({ plugin, datasource, saved, onSaved }: Props) {
  const [options, setOptions] = useState(saved);
  const [readOnly, setReadOnly] = useState(false);
  const [result, setResult] = useState<Result>();
  const [busy, setBusy] = useState(false);
  const test = useRef(false);
  const Editor = plugin.components.ConfigEditor;

  const save = async () => {
    setBusy(true);
    setResult(undefined);
    try {
      const answer = await saveSettings(options);
      test.current = true;
      setOptions(answer);
      onSaved(answer);
    } catch (error) {
      setResult(failed(error));
      setBusy(false);
    }
  };

  // As in Grafana, what was saved is tested with the data source that was made of it.
  useEffect(() => {
    if (test.current) {
      test.current = false;
      void datasource
        .testDatasource()
        .then(succeeded, failed)
        .then((told) => {
          setResult(told);
          setBusy(false);
        });
    }
  }, [datasource]);

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Stack direction="column" gap={2}>
        <Stack alignItems="center">
          <Switch id="read-only" value={readOnly} onChange={(event) => setReadOnly(event.currentTarget.checked)} />
          <label htmlFor="read-only">{words.config.readOnly}</label>
        </Stack>
        {Editor && <Editor options={{ ...options, readOnly }} onOptionsChange={setOptions} />}
        <div role="status" aria-label={words.config.testing}>
          {result && <HealthAlert {...result} />}
        </div>
        <Stack>
          <Button type="submit" disabled={busy || readOnly}>
            {busy ? words.config.saving : words.config.save}
          </Button>
          <Button type="button" variant="secondary" disabled={options === saved} onClick={() => setOptions(saved)}>
            {words.config.undo}
          </Button>
        </Stack>
      </Stack>
    </form>
  );
}

interface Result {
  ok: boolean;
  message: string;
  details?: string;
}

function HealthAlert({ ok, message, details }: Result) {
  return (
    <Alert severity={ok ? 'success' : 'error'} title={message}>
      {details && <pre>{details}</pre>}
    </Alert>
  );
}

function succeeded({ message, details }: TestDataSourceResponse): Result {
  return { ok: true, message, details: details?.verboseMessage };
}

function failed(error: unknown): Result {
  const cause = error instanceof Error && 'error' in error ? error.error : error;
  const details = cause instanceof HealthCheckError ? (cause.details as { verboseMessage?: unknown } | undefined) : undefined;
  const verbose = details?.verboseMessage;
  return { ok: false, message: error instanceof Error ? error.message : String(error), details: typeof verbose === 'string' ? verbose : undefined };
}
