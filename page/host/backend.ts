import type { BackendSrv, BackendSrvRequest, FetchError, FetchResponse } from '@grafana/runtime';
import { lastValueFrom, Observable } from 'rxjs';

/** Grafana's HTTP client for plugins, as far as a data source needs it: `fetch` of the browser, as an Observable. */
export class PageBackend implements BackendSrv {
  fetch<T>(request: BackendSrvRequest): Observable<FetchResponse<T>> {
    return new Observable((subscriber) => {
      const abort = new AbortController();
      send<T>(request, abort.signal).then(
        (response) => {
          subscriber.next(response);
          subscriber.complete();
        },
        (error: unknown) => {
          if (!abort.signal.aborted) {
            subscriber.error(error);
          }
        }
      );
      return () => abort.abort();
    });
  }

  async request<T>(request: BackendSrvRequest): Promise<T> {
    const { data } = await this.datasourceRequest<T>(request);
    return data;
  }

  datasourceRequest<T>(request: BackendSrvRequest): Promise<FetchResponse<T>> {
    return lastValueFrom(this.fetch<T>(request));
  }

  get<T>(url: string, params?: Record<string, unknown>, requestId?: string, options?: Partial<BackendSrvRequest>) {
    return this.request<T>({ ...options, url, params, requestId, method: 'GET' });
  }

  post<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>) {
    return this.request<T>({ ...options, url, data, method: 'POST' });
  }

  put<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>) {
    return this.request<T>({ ...options, url, data, method: 'PUT' });
  }

  patch<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>) {
    return this.request<T>({ ...options, url, data, method: 'PATCH' });
  }

  delete<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>) {
    return this.request<T>({ ...options, url, data, method: 'DELETE' });
  }

  chunked(): Observable<FetchResponse<Uint8Array | undefined>> {
    return new Observable((subscriber) => subscriber.error(new Error('This page has no chunked answers.')));
  }
}

/** An answer that is no success, with the fields by which Grafana's packages know one. */
class Refused extends Error implements FetchError {
  constructor(
    readonly status: number,
    readonly statusText: string,
    readonly config: BackendSrvRequest,
    readonly data: unknown
  ) {
    super(messageIn(data) ?? `${status} ${statusText}`);
  }
}

function messageIn(data: unknown): string | undefined {
  const message = (data as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : undefined;
}

async function send<T>(config: BackendSrvRequest, signal: AbortSignal): Promise<FetchResponse<T>> {
  const { url, method = 'GET', headers } = config;
  const data: unknown = config.data;
  const params = config.params as Record<string, unknown> | undefined;
  const response = await fetch(withParams(url, params), {
    method,
    signal,
    headers: { ...(data !== undefined && { 'Content-Type': 'application/json' }), ...headers },
    body: data === undefined ? undefined : JSON.stringify(data),
  });
  const { status, statusText, ok, redirected, type } = response;
  const body = parse(await response.text(), config.responseType);
  if (!ok) {
    throw new Refused(status, statusText, config, asErrorData(body, statusText));
  }
  return { data: body as T, status, statusText, ok, redirected, type, config, headers: response.headers, url: response.url };
}

/** As Grafana does, a list becomes a parameter for each of its values. */
export function withParams(url: string, params: Record<string, unknown> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (one !== undefined && one !== null) {
        query.append(name, typeof one === 'string' ? one : JSON.stringify(one));
      }
    }
  }
  const text = query.toString();
  return text === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${text}`;
}

function parse(text: string, responseType: BackendSrvRequest['responseType']): unknown {
  if (responseType === 'text') {
    return text;
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const asErrorData = (body: unknown, statusText: string): unknown =>
  typeof body === 'string' ? { message: body || statusText, error: statusText } : body;
