import { useLayoutEffect, useRef } from 'react';

/**
 * Hands on only what differs from the current value. Grafana's drop-down lists tell a choice again with every render
 * while a movement of the mouse is still waiting to be drawn; a store that renders at once, such as Explore's, then
 * loops until React gives up.
 */
export function useNews<T extends string | string[] | undefined>(current: T, tell: (value: T) => void): (value: T) => void {
  const latest = useRef(current);
  // Before the effects in which the lists speak.
  useLayoutEffect(() => {
    latest.current = current;
  }, [current]);
  return (value) => {
    if (JSON.stringify(value) !== JSON.stringify(latest.current)) {
      tell(value);
    }
  };
}
