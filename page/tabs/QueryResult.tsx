import { css } from '@emotion/css';
import { type DataFrame, LoadingState } from '@grafana/data';
import { Alert, Text } from '@grafana/ui';
import React from 'react';

import { areSeries, usePanelFrames, withPalette } from '../panels/fields';
import { GraphPanel } from '../panels/GraphPanel';
import { TablePanel } from '../panels/TablePanel';
import type { Frames } from '../panels/useFrames';
import { useSize } from '../panels/useSize';
import { words } from '../words';

const none: DataFrame[] = [];
const palette = withPalette();
const height = 360;
const box = css({ height, minWidth: 0 });

/** What a query answered: its error, its notices, and its rows or curves. */
export function QueryResult({ answer }: { answer: Frames | undefined }) {
  const { ref, width } = useSize<HTMLDivElement>();
  const frames = usePanelFrames(answer?.frames ?? none, answer && areSeries(answer.frames) ? palette : undefined);
  const notices = frames.flatMap(({ meta }) => meta?.notices ?? []);
  const rows = frames.reduce((sum, frame) => sum + frame.length, 0);

  return (
    <section aria-label={words.query.result} aria-busy={answer?.state === LoadingState.Loading}>
      {answer?.error && <Alert severity="error" title={answer.error} />}
      {notices.map(({ text, severity }) => (
        <Alert key={text} severity={severity} title={text} />
      ))}
      <div role="status" aria-label={words.query.outcome}>
        <Text color="secondary">{told(answer, rows)}</Text>
      </div>
      <div ref={ref} className={box}>
        {width > 0 && rows > 0 && answer && <Shown frames={frames} answer={answer} width={width} />}
      </div>
    </section>
  );
}

function Shown({ frames, answer, width }: { frames: DataFrame[]; answer: Frames; width: number }) {
  const [first] = frames;
  if (areSeries(frames)) {
    return <GraphPanel frames={frames} range={answer.range} width={width} height={height} />;
  }
  return first ? <TablePanel label={words.query.result} frame={first} width={width} height={height} /> : null;
}

function told(answer: Frames | undefined, rows: number): string {
  if (!answer) {
    return words.query.none;
  }
  if (answer.state === LoadingState.Loading) {
    return words.query.loading;
  }
  return rows > 0 ? words.query.rows(rows) : words.query.noRows;
}
