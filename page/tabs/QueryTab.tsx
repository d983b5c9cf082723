import { CoreApp } from '@grafana/data';
import { Button, Card, Stack, Text } from '@grafana/ui';
import React, { useCallback, useState } from 'react';

import type { WireGuardDataSource } from '../../src/datasource';
import type { WireGuardQuery } from '../../src/types';
import type { WireGuardPlugin } from '../host/loadPlugin';
import { useFrames } from '../panels/useFrames';
import { words } from '../words';
import { QueryResult } from './QueryResult';

interface Props {
  plugin: WireGuardPlugin;
  datasource: WireGuardDataSource;
}

const refId = 'A';

/** The plugin's own editor and help, what the query says and what it answers. */
export function QueryTab({ plugin, datasource }: Props) {
  const [query, setQuery] = useState<WireGuardQuery>(
    () => ({ refId, ...datasource.getDefaultQuery(CoreApp.Explore) }) as WireGuardQuery
  );
  const [targets, setTargets] = useState<WireGuardQuery[]>();
  const [runs, setRuns] = useState(0);
  const answer = useFrames(datasource, targets, runs);
  const { QueryEditor: Editor, QueryEditorHelp: Help } = plugin.components;

  const run = useCallback(() => setRuns((before) => before + 1), []);
  const [ran, setRan] = useState(0);
  // An editor hands out a query and has it run in one go: what runs is what it handed out.
  if (ran !== runs) {
    setRan(runs);
    setTargets([query]);
  }

  return (
    <Stack direction="column" gap={2}>
      <section aria-label={words.tabs.query}>
        {Editor && (
          <Editor datasource={datasource} app={CoreApp.Explore} query={query} onChange={setQuery} onRunQuery={run} />
        )}
      </section>
      <Stack alignItems="center">
        <Button icon="play" onClick={run}>
          {words.query.run}
        </Button>
        <Text variant="code">{datasource.getQueryDisplayText(query)}</Text>
      </Stack>
      <QueryResult answer={answer} />
      {Help && (
        <Card noMargin>
          <Help datasource={datasource} query={query} onClickExample={(example) => setQuery({ ...example, refId })} />
        </Card>
      )}
    </Stack>
  );
}
