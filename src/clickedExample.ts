import { queryText } from './queryText';
import type { WireGuardQuery } from './types';

/** Grafana puts an example that was clicked into its row, and leaves it to the user to run it: the editor does. */
let clicked: string | undefined;

export function exampleClicked(query: WireGuardQuery) {
  clicked = queryText(query);
}

/** Whether a query that an editor just got is the example that was clicked; true once for each click. */
export function takeClickedExample(query: WireGuardQuery): boolean {
  const isIt = clicked !== undefined && clicked === queryText(query);
  if (isIt) {
    clicked = undefined;
  }
  return isIt;
}
