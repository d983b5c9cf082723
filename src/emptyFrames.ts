import type { DataFrame, DataQueryResponse } from '@grafana/data';

/**
 * The back end's frame for nothing has no fields, only notices. A state timeline would miss a time field in it, where
 * "No data" is meant. And a list of problems without any is good news: a table shows its text for no value then, not an
 * empty table. What warns stays.
 */
export function withoutEmptyFrames(response: DataQueryResponse): DataQueryResponse {
  const data = (response.data as DataFrame[]).filter(
    ({ name, length, fields, meta }) =>
      (fields.length > 0 && (name !== 'problems' || length > 0)) ||
      meta?.notices?.some(({ severity }) => severity !== 'info')
  );
  return data.length === response.data.length ? response : { ...response, data };
}
