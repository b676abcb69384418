/** A canvas knows no CSS variables: the tokens as colours, and a signal when light turns to dark. */
import { useSyncExternalStore } from 'react';

/** `green` → `rgb(17, 104, 58)`, as the page shows it now. */
export function colourOf(token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Another value whenever the colours are others. */
export function useColourScheme(): string {
  return useSyncExternalStore(subscribe, () => getComputedStyle(document.documentElement).colorScheme + dark().matches);
}

const dark = (): MediaQueryList => window.matchMedia('(prefers-color-scheme: dark)');

function subscribe(listener: () => void): () => void {
  const query = dark();
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-scheme'] });
  query.addEventListener('change', listener);
  return () => {
    observer.disconnect();
    query.removeEventListener('change', listener);
  };
}
