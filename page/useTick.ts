import { useEffect, useState } from 'react';

/** A number that grows every so many seconds while the page is in sight, and when told to. */
export function useTick(seconds: number): [number, () => void] {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) {
        setTick((before) => before + 1);
      }
    }, seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  return [tick, () => setTick((before) => before + 1)];
}
