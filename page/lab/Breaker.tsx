import { Button } from '@grafana/ui';
import React from 'react';

interface Props {
  /** Whether a click puts back what is broken, and does not break it. */
  broken: boolean;
  /** What is on the button, and what it is called where it stands alone. */
  words: [short: string, whole: string];
  onClick: () => void;
}

export function Breaker({ broken, words: [short, whole], onClick }: Props) {
  return (
    <Button size="sm" variant={broken ? 'success' : 'secondary'} fill="outline" aria-label={whole} onClick={onClick}>
      {short}
    </Button>
  );
}
