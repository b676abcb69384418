/** The present moment, the same for everything on the screen, renewed once a second while somebody looks. */
import { useSyncExternalStore } from 'react';

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function tick(): void {
  if (document.hidden) return;
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Milliseconds since 1970. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/**
 * What `render` makes of the present moment: the component is drawn again only when that text changes,
 * so a table of a thousand "3 d ago" costs nothing.
 */
export function useMoment(render: (now: number) => string): string {
  return useSyncExternalStore(subscribe, () => render(now));
}
