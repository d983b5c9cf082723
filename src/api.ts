import { config, type FetchError, getBackendSrv, isFetchError } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';

import { texts } from './selectors';

interface Options {
  method?: 'GET' | 'POST' | 'PUT';
  params?: Record<string, string | string[] | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Asks Grafana's HTTP API with the rights of whoever sits here. Rejects with an Error whose message is for people. */
export async function ask<T>(path: string, { method = 'GET', params, body, headers }: Options = {}): Promise<T> {
  const request = { url: path, method, params, data: body, headers, showErrorAlert: false };
  try {
    return (await lastValueFrom(getBackendSrv().fetch<T>(request))).data;
  } catch (error) {
    throw new Error(reason(error), { cause: error });
  }
}

/** The path of a route of a data source's back end. */
export const resourcePath = (uid: string, path: string): string =>
  `/api/datasources/uid/${encodeURIComponent(uid)}/resources/${path}`;

/** A path as a browser follows it: Grafana may live below a path of its own. */
export const link = (path: string): string => `${config.appSubUrl}${path}`;

/** What to tell people of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Our own routes say `error`, Grafana's say `message`; neither is there when nobody answered. */
function reason(error: unknown): string {
  if (!isFetchError(error)) {
    return messageOf(error);
  }
  const { data, status, statusText } = error as FetchError<{ error?: unknown; message?: unknown } | undefined>;
  const said = [data?.error, data?.message, statusText].find((text) => typeof text === 'string' && text !== '');
  return typeof said === 'string' ? said : texts.errors.noAnswer({ status });
}
