import { getBackendSrv } from '@grafana/runtime';
import { useEffect, useState } from 'react';

export interface Answer<T> {
  data?: T;
  error?: string;
}

/** What the page's server answers at an address, asked anew with each tick; what was there stays beside an error. */
export function useAnswer<T>(url: string, tick = 0): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({});
  useEffect(() => {
    let wanted = true;
    getBackendSrv()
      .get<T>(url)
      .then(
        (data) => wanted && setAnswer({ data }),
        (error: unknown) =>
          wanted && setAnswer(({ data }) => ({ data, error: error instanceof Error ? error.message : String(error) }))
      );
    return () => {
      wanted = false;
    };
  }, [url, tick]);
  return answer;
}
