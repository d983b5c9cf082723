import { type KeyboardEvent, type RefObject, useEffect, useState } from 'react';

import { type Completion, fitting, offeredAt, type Place, placeAt, written } from '../../completion';

interface Props {
  field: RefObject<HTMLTextAreaElement | null>;
  /** Puts a text in place of the present one. */
  type: (text: string) => void;
  /** The values that the firewalls have for a label. */
  valuesOf: (label: string) => Promise<string[]>;
}

interface Shown {
  place: Place;
  list: Completion[];
  /** -1 for none: then Enter is a new line. */
  active: number;
}

const most = 12;

/** What can be completed at the cursor of a field, and the keys that choose from it. */
export function useCompletions({ field, type, valuesOf }: Props) {
  const [place, setPlace] = useState<Place>();
  const [shown, setShown] = useState<Shown>();
  const close = () => setPlace(undefined);

  useEffect(() => {
    let current = true;
    const offer = async () => {
      const list = place ? fitting(place.typed, await offered(place, valuesOf)).slice(0, most) : [];
      if (current) {
        setShown(place && list.length > 0 ? { place, list, active: first(place, list) } : undefined);
      }
    };
    void offer();
    return () => {
      current = false;
    };
    // The list is asked for once for each place, not whenever the function is a new one.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [place]);

  /** Looks at what stands before the cursor; an empty word is completed only where somebody asks for it. */
  const look = (asked: boolean) => {
    const { value, selectionStart } = field.current ?? { value: '', selectionStart: 0 };
    const found = placeAt(value, selectionStart);
    setPlace(found && (asked || found.typed !== '' || typeof found.wants === 'object') ? found : undefined);
  };

  const accept = ({ text }: Completion) => {
    const area = field.current;
    if (area && shown) {
      const end = shown.place.from + text.length;
      // Up to the cursor: a letter may have been typed for which the list has not been narrowed yet.
      const after = area.value.slice(area.selectionStart);
      type(area.value.slice(0, shown.place.from) + text + after);
      close();
      area.focus();
      // Only after React has put the text in.
      requestAnimationFrame(() => area.setSelectionRange(end, end));
    }
  };

  /** True when the key was meant for the list. */
  const onKey = ({ key, ctrlKey, shiftKey }: KeyboardEvent): boolean => {
    if (key === ' ' && ctrlKey) {
      look(true);
      return true;
    }
    if (!shown || ctrlKey || shiftKey) {
      return false;
    }
    const chosen = shown.list[shown.active];
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const move = moves[key];
    if (move !== undefined) {
      const from = Math.max(shown.active, move > 0 ? -1 : 0);
      setShown({ ...shown, active: (from + move + shown.list.length) % shown.list.length });
    } else if (chosen && (key === 'Enter' || key === 'Tab')) {
      accept(chosen);
    } else if (key === 'Escape') {
      close();
    } else {
      return false;
    }
    return true;
  };

  return { shown, look, close, accept, onKey };
}

/** What only holds the word somewhere is not chosen before somebody moves to it. */
const first = ({ typed }: Place, [best]: Completion[]) =>
  best?.text.toLowerCase().startsWith(typed.toLowerCase()) ? 0 : -1;

async function offered(place: Place, valuesOf: Props['valuesOf']): Promise<Completion[]> {
  const fixed = offeredAt(place);
  const { wants } = place;
  if (fixed.length > 0 || typeof wants === 'string') {
    return fixed;
  }
  // A firewall that does not answer keeps nobody from typing.
  const values = await valuesOf(wants.valuesOf).catch((): string[] => []);
  return values.map((value) => ({ kind: 'value', text: written(value, wants) }));
}
