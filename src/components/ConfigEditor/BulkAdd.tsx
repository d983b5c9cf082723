import { Alert, Button, Field, Stack, TextArea } from '@grafana/ui';
import React, { useMemo, useState } from 'react';

import { parseBulk, type Pasted } from '../../bulk';
import { texts } from '../../selectors';
import type { FirewallSettings } from '../../settings';

interface Props {
  others: FirewallSettings[];
  onAdd: (list: Pasted[]) => void;
}

const words = texts.config.bulk;
const mostProblems = 5;

/** Adds many firewalls from a pasted text; all or none. */
export function BulkAdd({ others, onAdd }: Props) {
  const [text, setText] = useState<string>();
  const { firewalls, problems } = useMemo(() => parseBulk(text ?? '', others), [text, others]);

  if (text === undefined) {
    return (
      <div>
        <Button icon="list-ul" variant="secondary" onClick={() => setText('')}>
          {words.open}
        </Button>
      </div>
    );
  }
  return (
    <Stack direction="column" alignItems="flex-start" gap={1}>
      <Field label={words.title} description={words.description} invalid={problems.length > 0} noMargin>
        <TextArea
          id="bulk-add"
          rows={10}
          cols={80}
          value={text}
          spellCheck={false}
          autoComplete="off"
          placeholder={placeholder}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </Field>
      <div role="status">
        {problems.slice(0, mostProblems).map((problem, index) => (
          <Alert key={index} severity="error" title={problem} />
        ))}
        {problems.length > mostProblems && (
          <Alert severity="error" title={words.moreProblems({ number: problems.length - mostProblems })} />
        )}
      </div>
      <Stack>
        <Button
          icon="plus"
          disabled={firewalls.length === 0 || problems.length > 0}
          onClick={() => {
            onAdd(firewalls);
            // The secrets in it are not to stay on the screen.
            setText(undefined);
          }}
        >
          {words.add({ number: firewalls.length })}
        </Button>
        <Button variant="secondary" onClick={() => setText(undefined)}>
          {words.cancel}
        </Button>
      </Stack>
    </Stack>
  );
}

const placeholder = `name,url,apiKey,apiSecret,fingerprint
hq,https://fw-hq.example:8443,…,…,
branch,https://fw-branch.example,…,…,AB:CD:…`;
