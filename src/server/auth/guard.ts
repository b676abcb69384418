/** From a request to who is calling; everything that must hold before a route is even looked at. */
import type { Context } from 'hono';
import { Refusal } from '../refusal.ts';
import type { Bindings } from '../router.ts';
import type { ServerParts } from '../parts.ts';
import { readCookie } from './cookie.ts';
import type { Identity } from './identity.ts';
import { createRateLimit } from './rate-limit.ts';
import { requireHost } from './same-origin.ts';
import type { Sessions } from './sessions.ts';
import { findToken, type Token } from './tokens.ts';

const PER_MINUTE = { asking: 1_200, guessing: 10, guessingTokens: 100, travelling: 120 };
/** A token that was revoked is believed for so long after it was last looked up. */
const BELIEVED_MS = 5_000;
const MOST_BELIEVED = 1_000;

export interface Guard {
  /** @throws Refusal when it asks too often, or by a name that is not ours */
  identify(c: Context<Bindings>): Promise<Identity | null>;
  /** The same again, later, of a request that is still being answered. */
  who(c: Context<Bindings>): Promise<Identity | null>;
  /** Counts what was wrong: who has the right one is never kept out by others. @throws Refusal when it was too often */
  guessed(c: Context<Bindings>): void;
  /** @throws Refusal when too many leave for a provider: behind a proxy all of them come from one address */
  limitTravel(c: Context<Bindings>): void;
  /** The token behind this text, looked up anew; null when it is none. */
  token(text: string): Promise<Token | null>;
}

export const addressOf = (c: Context<Bindings>): string => c.env.incoming?.socket.remoteAddress ?? 'unknown';

function tooOften(waitMs: number): void {
  if (waitMs === 0) return;
  const seconds = Math.ceil(waitMs / 1_000);
  throw new Refusal(429, 'TOO_OFTEN', `Too many requests; try again in ${seconds} s`, {
    why: 'this address asks a lot',
  });
}

export function createGuard(parts: ServerParts, sessions: Sessions): Guard {
  const { auth, store, clock } = parts;
  const now = () => clock.now();
  const asking = createRateLimit(PER_MINUTE.asking, now);
  const guessing = createRateLimit(PER_MINUTE.guessing, now);
  const guessingTokens = createRateLimit(PER_MINUTE.guessingTokens, now);
  const travelling = createRateLimit(PER_MINUTE.travelling, now);
  const believed = new Map<string, { readonly token: Token; readonly at: number }>();

  async function token(text: string): Promise<Token | null> {
    return auth.tokens ? findToken(store.documents, text, clock.wall().getTime()) : null;
  }

  async function bearer(c: Context<Bindings>, text: string): Promise<Identity | null> {
    const known = believed.get(text);
    const found = known && now() - known.at < BELIEVED_MS ? known.token : await token(text);
    if (!found) {
      believed.delete(text);
      tooOften(guessingTokens.take(addressOf(c)));
      return null;
    }
    if (found !== known?.token) believed.set(text, { token: found, at: now() });
    if (believed.size > MOST_BELIEVED) for (const oldest of believed.keys()) if (believed.delete(oldest)) break;
    const until = found.expiresAt === null ? Number.MAX_SAFE_INTEGER : Date.parse(found.expiresAt);
    return { name: found.name, role: found.role, via: 'token', csrf: null, until, token: found.id };
  }

  /** A session that began with a token ends with it. */
  async function session(cookie: string): Promise<Identity | null> {
    const found = sessions.find(cookie);
    if (!found?.token) return found;
    const still = await store.documents.read(`token/${found.token}`);
    if (still) return found;
    sessions.closeToken(found.token);
    return null;
  }

  async function who(c: Context<Bindings>): Promise<Identity | null> {
    const text = /^Bearer (\S{1,200})$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (text !== undefined) return bearer(c, text);
    const cookie = readCookie(auth, c.req.header('host'), c.req.header('cookie'));
    return cookie === null ? null : session(cookie);
  }

  return {
    token,
    who,
    async identify(c) {
      requireHost(auth, c.req.header('host'));
      const found = await who(c);
      tooOften(asking.take(found ? `${found.via} ${found.name}` : addressOf(c)));
      return found;
    },
    limitTravel(c) {
      tooOften(travelling.take(addressOf(c)));
    },
    guessed(c) {
      tooOften(guessing.take(addressOf(c)));
    },
  };
}
