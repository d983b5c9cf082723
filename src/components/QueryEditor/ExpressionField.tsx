import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { InlineField, TextArea, useStyles2 } from '@grafana/ui';
import React, { type KeyboardEvent, useId, useRef } from 'react';

import { texts } from '../../selectors';
import { useDraft } from '../useDraft';
import { Completions, optionId } from './Completions';
import { useCompletions } from './useCompletions';

interface Props {
  value: string;
  onChange: (value: string) => void;
  /** The values that the firewalls have for a label. */
  valuesOf: (label: string) => Promise<string[]>;
}

const words = texts.query;
const mostRows = 10;
/** Of a line; a field on a narrow screen scrolls. */
const letters = 80;

const rowsOf = (text: string): number =>
  Math.min(text.split('\n').reduce((rows, line) => rows + Math.max(Math.ceil(line.length / letters), 1), 0), mostRows);

/** A PromQL expression. Enter alone starts a new line, unless it chooses from the list. */
export function ExpressionField({ value, onChange, valuesOf }: Props) {
  const id = useId();
  const listId = `${id}-completions`;
  const styles = useStyles2(getStyles);
  const field = useRef<HTMLTextAreaElement>(null);
  const { draft, type, run, finish } = useDraft(value, onChange);
  const { shown, look, close, accept, onKey } = useCompletions({ field, type, valuesOf });

  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.shiftKey || event.ctrlKey)) {
      event.preventDefault();
      close();
      run();
    } else if (onKey(event)) {
      event.preventDefault();
    }
  };

  return (
    <InlineField label={words.expr} labelWidth={20} tooltip={words.exprTooltip} htmlFor={id} grow>
      <div className={styles.field}>
        <TextArea
          ref={field}
          id={id}
          className={styles.code}
          rows={rowsOf(draft)}
          value={draft}
          placeholder="opnsense_wireguard_interfaces_status == 0"
          spellCheck={false}
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={shown && listId}
          aria-activedescendant={shown && shown.active >= 0 ? optionId(listId, shown.active) : undefined}
          onChange={(event) => {
            type(event.currentTarget.value);
            look(false);
          }}
          onKeyDown={keyDown}
          onClick={close}
          onBlur={() => {
            close();
            finish();
          }}
        />
        {shown && <Completions id={listId} list={shown.list} active={shown.active} onChoose={accept} />}
      </div>
    </InlineField>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  field: css({ width: '100%' }),
  code: css({ fontFamily: theme.typography.fontFamilyMonospace }),
});
