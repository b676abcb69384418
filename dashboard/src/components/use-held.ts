/** Nothing moves under the pointer: what is new waits behind a button while a list is pointed at, focused or scrolled. */
import { type FocusEvent, type PointerEvent, useEffect, useState } from 'react';

interface Held<T> {
  readonly rows: readonly T[];
  /** How many wait. */
  readonly waiting: number;
  readonly show: () => void;
  /** To be spread over the list's outermost element. */
  readonly watch: {
    readonly onPointerEnter: (event: PointerEvent) => void;
    readonly onPointerLeave: () => void;
    readonly onFocus: () => void;
    readonly onBlur: (event: FocusEvent) => void;
  };
}

/** Beyond this the top of a list is no longer in sight. */
const SCROLLED_PX = 160;

function useScrolled(): boolean {
  const [scrolled, setScrolled] = useState(false);
  useEffect(() => {
    const look = () => setScrolled(window.scrollY > SCROLLED_PX);
    window.addEventListener('scroll', look, { passive: true });
    return () => window.removeEventListener('scroll', look);
  }, []);
  return scrolled;
}

/** Rows are renewed in place all the time; only those that would push others down wait. Another `list` starts anew. */
export function useHeld<T>(all: readonly T[], keyOf: (row: T) => string, list: string): Held<T> {
  const [busy, setBusy] = useState(false);
  const scrolled = useScrolled();
  const [held, setHeld] = useState<{ readonly list: string; readonly first: string } | null>(null);
  const first = all[0] === undefined ? null : keyOf(all[0]);
  const hold = busy || scrolled;
  if (hold && first !== null && held?.list !== list) setHeld({ list, first });
  if (!hold && held !== null) setHeld(null);

  const waiting =
    held?.list === list
      ? Math.max(
          0,
          all.findIndex((row) => keyOf(row) === held.first),
        )
      : 0;
  const show = () => {
    setHeld(first === null ? null : { list, first });
    window.scrollTo({ top: 0 });
  };
  const watch = {
    onPointerEnter: (event: PointerEvent) => setBusy(event.pointerType === 'mouse'),
    onPointerLeave: () => setBusy(false),
    onFocus: () => setBusy(true),
    onBlur: (event: FocusEvent) => setBusy(event.currentTarget.contains(event.relatedTarget)),
  };
  return { rows: waiting === 0 ? all : all.slice(waiting), waiting, show, watch };
}
