import { type DataFrame, FieldType } from '@grafana/data';

import { withoutEmptyFrames } from './emptyFrames';

const field = { name: 'time', type: FieldType.time, config: {}, values: [] };
const frame = (fields: DataFrame['fields'], severity?: 'info' | 'warning'): DataFrame => ({
  length: 0,
  fields,
  meta: severity && { notices: [{ severity, text: 'x' }] },
});

test.each([
  ['nothing at all', frame([]), false],
  ['nothing, and what is no trouble', frame([], 'info'), false],
  ['nothing, and a warning', frame([], 'warning'), true],
  ['no problems', { ...frame([field]), name: 'problems' }, false],
  ['no problems, and a warning', { ...frame([field], 'warning'), name: 'problems' }, true],
  ['problems', { ...frame([field]), name: 'problems', length: 1 }, true],
  ['no rows', frame([field]), true],
  ['no rows, and what is no trouble', frame([field], 'info'), true],
])('%s', (_, given, stays) => {
  const others = frame([field]);
  const response = { data: [given, others], key: 'k' };
  const got = withoutEmptyFrames(response);
  expect(got).toEqual({ key: 'k', data: stays ? [given, others] : [others] });
});
