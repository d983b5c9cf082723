import { Button, Stack, Text } from '@grafana/ui';
import React, { type ChangeEvent, useId, useRef } from 'react';

import { texts } from '../../selectors';
import type { Outcome } from './useApiKeyFile';

interface Props {
  outcome: Outcome | undefined;
  onFiles: (files: File[]) => void;
}

const words = texts.config.apiKeyFile;
const filled: ReadonlyArray<Outcome | undefined> = ['both', 'apiKey', 'apiSecret'];

/** Chooses OPNsense's `apikey.txt`, and says what came of it, however it got here. */
export function ApiKeyFileButton({ outcome, onFiles }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const hintId = useId();
  const choose = ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    const files = [...(currentTarget.files ?? [])];
    // So that the same file can be chosen again.
    currentTarget.value = '';
    if (files.length > 0) {
      onFiles(files);
    }
  };

  return (
    <Stack direction="column" alignItems="flex-start" gap={1}>
      <Text id={hintId} color="secondary" variant="bodySmall">
        {words.description}
      </Text>
      <Button
        icon="upload"
        variant="secondary"
        size="sm"
        aria-describedby={hintId}
        onClick={() => input.current?.click()}
      >
        {words.choose}
      </Button>
      <input ref={input} type="file" hidden aria-label={words.choose} accept=".txt,text/plain" onChange={choose} />
      {/* Always there: a screen reader speaks what changes within. */}
      <div role="status">
        {outcome && <Text color={filled.includes(outcome) ? 'success' : 'error'}>{words.outcomes[outcome]}</Text>}
      </div>
    </Stack>
  );
}
