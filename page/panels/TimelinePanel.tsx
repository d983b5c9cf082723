import { css } from '@emotion/css';
import { type DataFrame, dateTimeFormat, type GrafanaTheme2, type TimeRange } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';

import { timelineRows } from './segments';

interface Props {
  frames: DataFrame[];
  range: TimeRange;
}

/** A bar for each series, coloured by its value over time: Grafana's own panel is in no package. */
export function TimelinePanel({ frames, range }: Props) {
  const styles = useStyles2(getStyles);
  const rows = timelineRows(frames, range, useTheme2());
  const at = (time: TimeRange['from']) => dateTimeFormat(time, { format: 'HH:mm' });
  return (
    <div className={styles.rows}>
      {rows.map(({ name, segments }) => (
        <React.Fragment key={name}>
          <span className={styles.name}>{name}</span>
          <div className={styles.bar} role="img" aria-label={`${name}: ${segments.map(({ text }) => text).join(', ')}`}>
            {segments.map(({ start, width, text, color }) => (
              <div key={start} title={text} className={styles.segment} style={{ left: `${start}%`, width: `${width}%`, background: color }} />
            ))}
          </div>
        </React.Fragment>
      ))}
      <span />
      <span className={styles.times}>
        <span>{at(range.from)}</span>
        <span>{at(range.to)}</span>
      </span>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  rows: css({ display: 'grid', gridTemplateColumns: 'max-content 1fr', gap: theme.spacing(0.5, 1), height: '100%', gridAutoRows: 'minmax(16px, 40px)' }),
  name: css({ alignSelf: 'center', fontSize: theme.typography.bodySmall.fontSize }),
  bar: css({ position: 'relative', background: theme.colors.background.secondary, borderRadius: theme.shape.radius.default, overflow: 'hidden' }),
  segment: css({ position: 'absolute', top: 0, bottom: 0 }),
  times: css({ display: 'flex', justifyContent: 'space-between', fontSize: theme.typography.bodySmall.fontSize, color: theme.colors.text.secondary }),
});
