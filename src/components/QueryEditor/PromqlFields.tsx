import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { InlineField, Input, TextArea, useStyles2 } from '@grafana/ui';
import React, { type KeyboardEvent, useId } from 'react';

import { texts } from '../../selectors';
import type { PromqlQuery } from '../../types';
import { useDraft } from '../useDraft';

interface Props {
  query: PromqlQuery;
  /** Changes the query and runs it. */
  onChange: (part: Partial<Pick<PromqlQuery, 'expr' | 'legendFormat'>>) => void;
}

const words = texts.query;
const mostRows = 10;

export function PromqlFields({ query, onChange }: Props) {
  return (
    <>
      <Expression value={query.expr} onChange={(expr) => onChange({ expr })} />
      {query.format === 'time_series' && (
        <Legend value={query.legendFormat ?? ''} onChange={(legendFormat) => onChange({ legendFormat })} />
      )}
    </>
  );
}

interface FieldProps {
  value: string;
  onChange: (value: string) => void;
}

/** Enter alone starts a new line. */
function Expression({ value, onChange }: FieldProps) {
  const id = useId();
  const styles = useStyles2(getStyles);
  const { draft, type, run, finish } = useDraft(value, onChange);
  const runByKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.shiftKey || event.ctrlKey)) {
      event.preventDefault();
      run();
    }
  };

  return (
    <InlineField label={words.expr} labelWidth={20} tooltip={words.exprTooltip} grow>
      <TextArea
        id={id}
        className={styles.code}
        rows={Math.min(draft.split('\n').length, mostRows)}
        value={draft}
        placeholder="opnsense_wireguard_interfaces_status == 0"
        spellCheck={false}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={runByKey}
        onBlur={finish}
      />
    </InlineField>
  );
}

function Legend({ value, onChange }: FieldProps) {
  const id = useId();
  const { draft, type, finish } = useDraft(value, onChange);

  return (
    <InlineField label={words.legendFormat} labelWidth={20} tooltip={words.legendFormatTooltip({ example: '{{device_name}}' })}>
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

const getStyles = (theme: GrafanaTheme2) => ({
  code: css({ fontFamily: theme.typography.fontFamilyMonospace }),
});
