import type { Exception } from '../accessibility';

/** Faults within components of @grafana/ui that no property of theirs mends. */
export const exceptions: Exception[] = [
  // Grafana's table writes a status in the colour that its own palette has for the name, and its light green has a
  // contrast of 3.0 on white. White text on the same green, the other kind of cell, has no more.
  { rule: 'color-contrast', selector: '[role="gridcell"]' },
  // A primary button that has the focus is lighter, and its text the same.
  { rule: 'color-contrast', selector: 'button:focus' },
];
