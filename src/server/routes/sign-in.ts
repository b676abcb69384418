/** Signing in and out. */
import type { Context } from 'hono';
import type { Person, SignIn } from '../api/vocabulary.ts';
import { clearCookie, readCookie, setCookie } from '../auth/cookie.ts';
import type { Guard } from '../auth/guard.ts';
import type { Identity } from '../auth/identity.ts';
import type { NewIdentity, Sessions } from '../auth/sessions.ts';
import type { SignInCodes } from '../auth/sign-in-codes.ts';
import type { ServerParts } from '../parts.ts';
import { Refusal } from '../refusal.ts';
import type { Bindings, Handlers } from '../router.ts';
import { troubleInWords } from './sign-in-trouble.ts';

export interface SignInParts {
  readonly parts: ServerParts;
  readonly guard: Guard;
  readonly sessions: Sessions;
  readonly codes: SignInCodes;
}

/** The end of time as far as JavaScript knows one. */
const LAST_MS = 8.64e15;

export function personOf({ name, role, via, csrf, until }: Identity): Person {
  return { name, role, via, csrf: csrf ?? '', signedInUntil: new Date(Math.min(until, LAST_MS)).toISOString() };
}

/** A new session in place of whatever the browser had. */
export function signInAs({ parts, sessions }: SignInParts, c: Context<Bindings>, who: NewIdentity): Person {
  const host = c.req.header('host');
  const before = readCookie(parts.auth, host, c.req.header('cookie'));
  if (before !== null) sessions.close(before);
  const { cookie, identity } = sessions.open(who);
  c.header('set-cookie', setCookie(parts.auth, host, cookie));
  return personOf(identity);
}

function waysOf({ github, oidc, tokens }: ServerParts['auth']): SignIn['ways'] {
  return [
    ...(github ? [{ kind: 'github', label: 'Sign in with GitHub', href: '/api/v1/sign-in/github' } as const] : []),
    ...(oidc ? [{ kind: 'oidc', label: `Sign in with ${oidc.label}`, href: '/api/v1/sign-in/oidc' } as const] : []),
    ...(tokens ? [{ kind: 'token', label: 'Sign in with a token', href: null } as const] : []),
    { kind: 'link', label: 'Open the link that `belay dashboard` has printed', href: null },
  ];
}

export function signInRoutes(
  given: SignInParts,
): Pick<Handlers, 'signInWays' | 'signInByLink' | 'signInByToken' | 'signOut' | 'me'> {
  const { parts, guard, sessions, codes } = given;
  const { auth, app } = parts;
  return {
    signInWays: async ({ query }) => ({ app, ways: waysOf(auth), problem: troubleInWords(query.problem) }),
    async signInByLink({ c, body }) {
      if (!codes.redeem(body.code)) {
        guard.guessed(c);
        throw new Refusal(401, 'LINK_SPENT', 'This link signs nobody in any more', {
          why: 'it counts once, for ten minutes, and only with the dashboard that printed it',
          next: 'start `belay dashboard` again: it prints a new one',
        });
      }
      return signInAs(given, c, { ...auth.owner, via: 'link', token: null });
    },
    async signInByToken({ c, body }) {
      const token = await guard.token(body.token.trim());
      if (!token) {
        guard.guessed(c);
        throw new Refusal(401, 'TOKEN_UNKNOWN', 'This token signs nobody in', {
          why: auth.tokens ? 'it is not known, was revoked, or has expired' : 'tokens are not accepted here',
          next: auth.tokens ? 'belay token create --role viewer --name NAME' : null,
        });
      }
      const until = token.expiresAt === null ? {} : { until: Date.parse(token.expiresAt) };
      return signInAs(given, c, { name: token.name, role: token.role, via: 'token', token: token.id, ...until });
    },
    async signOut({ c }) {
      const host = c.req.header('host');
      const cookie = readCookie(auth, host, c.req.header('cookie'));
      if (cookie !== null) sessions.close(cookie);
      c.header('set-cookie', clearCookie(auth, host));
      return { signedOut: true };
    },
    me: async ({ who }) => personOf(who),
  };
}
