import type { QueryEditorHelpProps } from '@grafana/data';
import { Card, Stack, Text } from '@grafana/ui';
import React from 'react';

import { exampleClicked } from '../../clickedExample';
import { examples } from '../../examples';
import { queryText } from '../../queryText';
import { texts } from '../../selectors';
import type { WireGuardQuery } from '../../types';

type Props = Pick<QueryEditorHelpProps<WireGuardQuery>, 'onClickExample'> & {
  /** Explore has none yet where nothing was asked. */
  query?: WireGuardQuery;
};

const words = texts.help;

/** Examples that run when they are clicked. */
export function QueryEditorHelp({ query: current, onClickExample }: Props) {
  const choose = (query: WireGuardQuery) => {
    exampleClicked(query);
    onClickExample(inPlaceOf(current, query));
  };

  return (
    <Stack direction="column" gap={1}>
      <Text element="h4">{words.title}</Text>
      <Text color="secondary">{words.description}</Text>
      {examples.map(({ key, query }) => (
        <Card key={key} noMargin isCompact onClick={() => choose(query)}>
          <Card.Heading>{words.examples[key].label}</Card.Heading>
          <Card.Description>{words.examples[key].description}</Card.Description>
          <Card.Meta>{queryText(query)}</Card.Meta>
        </Card>
      ))}
    </Stack>
  );
}

/** The example as the query of this row; it is shown even if the row was hidden. */
function inPlaceOf(current: WireGuardQuery | undefined, example: WireGuardQuery): WireGuardQuery {
  const { refId, key, datasource } = current ?? {};
  return { ...example, ...(refId && { refId }), ...(key && { key }), ...(datasource && { datasource }) };
}
