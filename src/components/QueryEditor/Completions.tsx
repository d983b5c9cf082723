import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Text, useStyles2 } from '@grafana/ui';
import React from 'react';

import { type Completion, seriesNames } from '../../completion';
import { texts } from '../../selectors';

interface Props {
  id: string;
  list: Completion[];
  active: number;
  onChoose: (completion: Completion) => void;
}

const words = texts.query;

/** The id of the one that the keyboard would choose: the field names it to screen readers. */
export const optionId = (id: string, index: number) => `${id}-${index}`;

/** The list below the field. The keyboard stays in the field; a mouse can choose here. */
export function Completions({ id, list, active, onChoose }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <ul id={id} role="listbox" aria-label={words.completions} className={styles.list}>
      {list.map((completion, index) => (
        <li
          key={completion.text}
          id={optionId(id, index)}
          role="option"
          aria-selected={index === active}
          className={cx(styles.option, index === active && styles.active)}
          // Before the field loses the focus, which would end the list.
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(completion);
          }}
        >
          <span className={styles.text}>{completion.text}</span>
          <Text color="secondary" variant="bodySmall">
            {about(completion)}
          </Text>
        </li>
      ))}
    </ul>
  );
}

function about({ kind, text }: Completion): string {
  const series = seriesNames.find((name) => name === text);
  return series ? words.series[series] : words.completionKinds[kind];
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    listStyle: 'none',
    // As wide as the field, however long a text is.
    width: 0,
    minWidth: '100%',
    maxHeight: 320,
    overflowY: 'auto',
    background: theme.colors.background.elevated,
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
  }),
  option: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'baseline',
    columnGap: theme.spacing(2),
    padding: theme.spacing(0.5, 1),
    cursor: 'pointer',
  }),
  active: css({ background: theme.colors.action.selected }),
  text: css({ fontFamily: theme.typography.fontFamilyMonospace }),
});
