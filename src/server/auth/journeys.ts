/** People on their way to a provider and back: what they must bring back, tied to the browser that left. */
import { hash } from 'node:crypto';

export interface Journey {
  readonly way: 'github' | 'oidc';
  readonly state: string;
  readonly verifier: string;
  readonly nonce: string;
  /** A path of the dashboard. */
  readonly to: string;
}

export interface Journeys {
  /** @returns what the browser's cookie holds meanwhile */
  begin(journey: Journey): string;
  /** Once; null when it is too late, another browser's, or nobody's. */
  end(cookie: string | null, way: Journey['way']): Journey | null;
}

export const JOURNEY_MS = 10 * 60_000;
const MOST = 1_000;

export function createJourneys(random: () => string, now: () => number): Journeys {
  const open = new Map<string, { readonly journey: Journey; readonly until: number }>();
  return {
    begin(journey) {
      const cookie = random();
      open.set(hash('sha256', cookie), { journey, until: now() + JOURNEY_MS });
      if (open.size > MOST) for (const oldest of open.keys()) if (open.delete(oldest)) break;
      return cookie;
    },
    end(cookie, way) {
      const key = hash('sha256', cookie ?? '');
      const found = open.get(key);
      open.delete(key);
      return found && found.until > now() && found.journey.way === way ? found.journey : null;
    },
  };
}

/** A path of our own, else the first page: nobody is sent to another site by a link that looks like ours. */
export function ownPath(to: string | undefined, url: string): string {
  if (to === undefined || !to.startsWith('/') || !URL.canParse(to, url)) return '/';
  const { origin, pathname, search } = new URL(to, url);
  return origin === new URL(url).origin && !pathname.startsWith('//') ? pathname + search : '/';
}
