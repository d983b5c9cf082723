import { Box, Button, Stack } from '@grafana/ui';
import React, { useState } from 'react';

import { texts } from '../../selectors';
import type { FirewallSettings } from '../../settings';
import { normaliseUrl } from '../../url';
import { nameProblem, urlProblem } from '../../validation';
import { TextField } from './TextField';

interface Props {
  others: FirewallSettings[];
  onAdd: (name: string, url: string) => void;
}

const words = texts.config;

/** Asks for the name before the firewall exists: its id is made of the name, once. */
export function AddFirewall({ others, onAdd }: Props) {
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [tried, setTried] = useState(false);

  const badName = nameProblem(name, others);
  const badUrl = urlProblem(url);

  const add = () => {
    if (badName || badUrl) {
      setTried(true);
      return;
    }
    onAdd(name, url);
    setName('');
    setUrl('');
    setTried(false);
  };

  return (
    <Box borderStyle="dashed" borderColor="medium" padding={2}>
      <Stack direction="column" alignItems="flex-start" gap={2}>
        <TextField
          id="new-firewall-name"
          label={words.firewalls.newName}
          placeholder={words.firewall.namePlaceholder}
          value={name}
          // Nothing to complain about before somebody has typed or tried.
          problem={tried || name !== '' ? badName : undefined}
          onChange={setName}
        />
        <TextField
          id="new-firewall-url"
          label={words.firewalls.newUrl}
          placeholder={words.firewall.urlPlaceholder}
          value={url}
          problem={tried ? badUrl : undefined}
          onChange={setUrl}
          onLeave={() => setUrl(normaliseUrl(url))}
        />
        <Button icon="plus" variant="secondary" onClick={add}>
          {words.firewalls.add}
        </Button>
      </Stack>
    </Box>
  );
}
