import { type DataFrame, type Field, FieldType, formattedValueToString, getDisplayProcessor, getFieldDisplayName, type GrafanaTheme2, type TimeRange } from '@grafana/data';

/** A value for as long as it stayed. Start and width in percent of the time shown. */
export interface Segment {
  start: number;
  width: number;
  text: string;
  color: string;
}

export interface TimelineRow {
  name: string;
  segments: Segment[];
}

/** A row for each series: the times at which its value changed. Where it has none, nothing is drawn. */
export function timelineRows(frames: DataFrame[], range: TimeRange, theme: GrafanaTheme2): TimelineRow[] {
  return frames.flatMap((frame) => {
    const time = frame.fields.find((field) => field.type === FieldType.time);
    const values = frame.fields.filter((field) => field !== time);
    return time ? values.map((field) => ({ name: getFieldDisplayName(field, frame, frames), segments: segments(field, time, range, theme) })) : [];
  });
}

function segments(field: Field, time: Field, range: TimeRange, theme: GrafanaTheme2): Segment[] {
  const display = field.display ?? getDisplayProcessor({ field, theme });
  const [from, to] = [range.from.valueOf(), range.to.valueOf()];
  const percent = (at: number) => (100 * (Math.min(Math.max(at, from), to) - from)) / (to - from);
  const times = time.values as number[];
  const values = field.values as unknown[];
  const found: Segment[] = [];
  let begin = 0;
  for (let index = 1; index <= values.length; index++) {
    if (index < values.length && values[index] === values[begin]) {
      continue;
    }
    const value = values[begin];
    if (value !== null && value !== undefined) {
      const start = percent(times[begin] ?? from);
      const shown = display(value);
      found.push({ start, width: percent(times[index] ?? to) - start, text: formattedValueToString(shown), color: shown.color ?? theme.colors.text.disabled });
    }
    begin = index;
  }
  return found;
}
