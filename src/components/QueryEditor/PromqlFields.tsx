import { InlineField, Input } from '@grafana/ui';
import React, { useId } from 'react';

import { texts } from '../../selectors';
import type { PromqlQuery } from '../../types';
import { useDraft } from '../useDraft';
import { ExpressionField } from './ExpressionField';

interface Props {
  query: PromqlQuery;
  /** The values that the firewalls have for a label. */
  valuesOf: (label: string) => Promise<string[]>;
  /** Changes the query and runs it. */
  onChange: (part: Partial<Pick<PromqlQuery, 'expr' | 'legendFormat'>>) => void;
}

const words = texts.query;

export function PromqlFields({ query, valuesOf, onChange }: Props) {
  return (
    <>
      <ExpressionField value={query.expr} valuesOf={valuesOf} onChange={(expr) => onChange({ expr })} />
      {query.format === 'time_series' && (
        <Legend value={query.legendFormat ?? ''} onChange={(legendFormat) => onChange({ legendFormat })} />
      )}
    </>
  );
}

interface LegendProps {
  value: string;
  onChange: (value: string) => void;
}

function Legend({ value, onChange }: LegendProps) {
  const id = useId();
  const { draft, type, finish } = useDraft(value, onChange);

  return (
    <InlineField
      label={words.legendFormat}
      labelWidth={20}
      tooltip={words.legendFormatTooltip({ example: '{{device_name}}' })}
    >
      <Input
        id={id}
        width={60}
        value={draft}
        placeholder="{{opnsense_instance}} {{device_name}}"
        spellCheck={false}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && finish()}
        onBlur={finish}
      />
    </InlineField>
  );
}
