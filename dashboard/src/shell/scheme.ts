/** Light or dark: what the system says, unless this person has chosen. */
export type Scheme = 'system' | 'light' | 'dark';

const KEY = 'belay.scheme';

export function chosenScheme(): Scheme {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function applyScheme(scheme: Scheme = chosenScheme()): void {
  if (scheme === 'system') {
    localStorage.removeItem(KEY);
    delete document.documentElement.dataset['scheme'];
  } else {
    localStorage.setItem(KEY, scheme);
    document.documentElement.dataset['scheme'] = scheme;
  }
}
