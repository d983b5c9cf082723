import { useEffect, useMemo, useState } from 'react';

export const tabs = ['overview', 'query', 'config', 'rules'] as const;

export type TabName = (typeof tabs)[number];

export interface Place {
  tab: TabName;
  /** Of the overview tab: which of the provisioned dashboards, and the values that a link gave its variables. */
  dashboard: string;
  variables: URLSearchParams;
}

const dashboardAddress = /^#d\/opnsense-wireguard-(\w+)(?:\?(.*))?$/;

/** `#query` is a tab; `#d/<uid>?var-…` is a dashboard, as the links between the dashboards name it. */
export function placeOf(hash: string): Place {
  const [, dashboard = 'overview', query = ''] = dashboardAddress.exec(hash) ?? [];
  return { tab: tabs.find((tab) => hash === `#${tab}`) ?? 'overview', dashboard, variables: new URLSearchParams(query) };
}

/** Where the address says that the reader is. */
export function usePlace(): Place {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return useMemo(() => placeOf(hash), [hash]);
}
