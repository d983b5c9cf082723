import type { DataFrame, DataQueryResponse } from '@grafana/data';

/**
 * The back end's frame for nothing has no fields, only notices. A state timeline would miss a time field in it, where
 * "No data" is meant. What warns stays.
 */
export function withoutEmptyFrames(response: DataQueryResponse): DataQueryResponse {
  const data = (response.data as DataFrame[]).filter(
    ({ fields, meta }) => fields.length > 0 || meta?.notices?.some(({ severity }) => severity !== 'info')
  );
  return data.length === response.data.length ? response : { ...response, data };
}
