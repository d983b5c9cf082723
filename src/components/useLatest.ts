import { type RefObject, useLayoutEffect, useRef } from 'react';

/** The newest value, for work that takes a moment; undefined once the component is gone. */
export function useLatest<T>(value: T): RefObject<T | undefined> {
  const latest = useRef<T | undefined>(value);
  useLayoutEffect(() => {
    latest.current = value;
    return () => {
      latest.current = undefined;
    };
  });
  return latest;
}
