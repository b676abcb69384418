/** Who is signed in, in memory: a new start of the dashboard signs everybody out. Cookies are kept as hashes only. */
import { hash } from 'node:crypto';
import type { Identity } from './identity.ts';

const LASTS_MS = 12 * 60 * 60_000;
/** Beyond this the oldest are forgotten: nobody fills the memory by signing in. */
const MOST = 10_000;

export type NewIdentity = Omit<Identity, 'csrf' | 'until'> & { readonly until?: number };

export interface Sessions {
  /** Always a new session, whatever the browser had before: a planted cookie never becomes a signed-in one. */
  open(who: NewIdentity): { readonly cookie: string; readonly identity: Identity };
  find(cookie: string): Identity | null;
  close(cookie: string): void;
  /** Ends all of this token. */
  closeToken(token: string): void;
}

export function createSessions(random: () => string, now: () => number): Sessions {
  const sessions = new Map<string, Identity>();
  const key = (cookie: string): string => hash('sha256', cookie);
  return {
    open(who) {
      const cookie = random();
      const until = Math.min(now() + LASTS_MS, who.until ?? Number.POSITIVE_INFINITY);
      const identity = { ...who, until, csrf: random() };
      sessions.set(key(cookie), identity);
      if (sessions.size > MOST) for (const oldest of sessions.keys()) if (sessions.delete(oldest)) break;
      return { cookie, identity };
    },
    find(cookie) {
      const id = key(cookie);
      const found = sessions.get(id);
      if (!found) return null;
      if (found.until > now()) return found;
      sessions.delete(id);
      return null;
    },
    close: (cookie) => void sessions.delete(key(cookie)),
    closeToken(token) {
      for (const [id, identity] of sessions) if (identity.token === token) sessions.delete(id);
    },
  };
}
