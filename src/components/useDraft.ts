import { useState } from 'react';

/** A text as it is being typed; it is told when it is finished, so that a query does not run with every key. */
export function useDraft(value: string, tell: (value: string) => void) {
  const [draft, type] = useState(value);
  const [known, setKnown] = useState(value);
  // Somebody else changed it: another query in the same place, or an undo.
  if (known !== value) {
    setKnown(value);
    type(value);
  }
  return {
    draft,
    type,
    /** Tells the draft as it is. */
    run: () => tell(draft),
    /** Tells the draft if it is news. */
    finish: () => draft !== value && tell(draft),
  };
}
