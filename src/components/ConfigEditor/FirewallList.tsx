import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { Button, Field, Input, Stack, Text } from '@grafana/ui';
import React, { useState } from 'react';

import { texts } from '../../selectors';
import { type FirewallSettings, firewallsOf, type Secrets, type Settings } from '../../settings';
import { FirewallCard } from './FirewallCard';

type Props = Pick<DataSourcePluginOptionsEditorProps<Settings, Secrets>, 'options' | 'onOptionsChange'>;

const words = texts.config.firewalls;

/** Up to so many firewalls are shown open, and need no search. */
const few = 3;
/** A page full of fields is slow: more are shown on demand. */
const page = 50;

/** The firewalls, a card each: closed where there are many, and found by a search. */
export function FirewallList({ options, onOptionsChange }: Props) {
  const firewalls = firewallsOf(options);
  const [search, setSearch] = useState('');
  const [shown, setShown] = useState(page);
  // Those that were there when the page was opened; what is added later is to be filled in.
  const [closed] = useState(() => new Set(firewalls.length > few ? firewalls.map(({ id }) => id) : []));
  const found = firewalls.filter((firewall) => matches(firewall, search));

  return (
    <Stack direction="column" gap={2}>
      {firewalls.length > few && (
        <Field label={words.search} description={words.found({ found: found.length, all: firewalls.length })} noMargin>
          <Input
            id="firewall-search"
            width={60}
            value={search}
            placeholder={words.searchPlaceholder}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
        </Field>
      )}
      {firewalls.length === 0 && <Text>{words.none}</Text>}
      {found.slice(0, shown).map((firewall) => (
        <FirewallCard
          key={firewall.id}
          firewall={firewall}
          startsOpen={!closed.has(firewall.id)}
          first={firewall === firewalls[0]}
          last={firewall === firewalls.at(-1)}
          others={firewalls.filter((other) => other !== firewall)}
          options={options}
          onOptionsChange={onOptionsChange}
        />
      ))}
      {found.length > shown && (
        <Button variant="secondary" onClick={() => setShown(shown + page)}>
          {words.more({ number: found.length - shown })}
        </Button>
      )}
    </Stack>
  );
}

function matches({ id, name, url }: FirewallSettings, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return [id, name, url].some((text) => text.toLowerCase().includes(wanted));
}
