import { InlineField, InlineSwitch } from '@grafana/ui';
import React, { useId } from 'react';

import { texts } from '../../selectors';

interface Props {
  value: boolean;
  /** False when the settings of the data source have it switched off; a query that has it on runs as any other then. */
  allowed: boolean;
  onChange: (value: boolean) => void;
}

const words = texts.query;

export function LiveSwitch({ value, allowed, onChange }: Props) {
  const id = useId();
  return (
    <InlineField label={words.live} tooltip={allowed ? words.liveTooltip : words.liveOff} disabled={!allowed}>
      <InlineSwitch id={id} value={value} onChange={(event) => onChange(event.currentTarget.checked)} />
    </InlineField>
  );
}
