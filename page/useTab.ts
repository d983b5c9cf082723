import { useEffect, useState } from 'react';

export const tabs = ['query', 'config'] as const;

export type TabName = (typeof tabs)[number];

const current = (): TabName => tabs.find((tab) => location.hash === `#${tab}`) ?? 'query';

/** The tab that the address names, `#query`. */
export function useTab(): TabName {
  const [tab, setTab] = useState(current);
  useEffect(() => {
    const follow = () => setTab(current());
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return tab;
}
