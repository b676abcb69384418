/** Sign-in with a provider: the way there, and the way back. */
import type { Context } from 'hono';
import { JOURNEY_MS, type Journey, type Journeys, ownPath } from '../auth/journeys.ts';
import { gitHubProvider, type IdentityProvider, oidcProvider } from '../auth/providers.ts';
import { Refusal } from '../refusal.ts';
import type { Bindings, Call, Handlers } from '../router.ts';
import type { SignInTrouble } from './sign-in-trouble.ts';
import { signInAs, type SignInParts } from './sign-in.ts';

type Way = Journey['way'];
type Providing = 'signInGitHub' | 'signInGitHubBack' | 'signInOidc' | 'signInOidcBack';

const COOKIE = 'belay_journey';

function journeyCookie(c: Context<Bindings>): string | null {
  const found = (c.req.header('cookie') ?? '').split(';').map((part) => part.trim().split('='));
  return found.find(([name]) => name === COOKIE)?.[1] ?? null;
}

export function providerRoutes(given: SignInParts, journeys: Journeys): Pick<Handlers, Providing> {
  const { parts, guard } = given;
  const { auth, random, log } = parts;
  const { github, oidc } = auth;
  const providers: Readonly<Record<Way, IdentityProvider | null>> = {
    github: github && gitHubProvider({ ...github, server: github.server ?? 'https://github.com' }),
    oidc: oidc && oidcProvider(oidc),
  };
  const secure = auth.url.startsWith('https:') ? '; Secure' : '';
  const back = (way: Way): string => `${auth.url}/api/v1/sign-in/${way}/callback`;
  const cookie = (value: string, seconds: number): string =>
    `${COOKIE}=${value}; Path=/api/v1/sign-in; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`;

  function requireProvider(way: Way): IdentityProvider {
    const provider = providers[way];
    if (provider) return provider;
    const next = `belay config explain dashboard.${way}`;
    throw new Refusal(404, 'NOT_CONFIGURED', `Sign-in by ${way} is not configured`, { next });
  }

  /** A code, not a text: nobody puts words into our mouth by a link. */
  const failed = (c: Context<Bindings>, problem: SignInTrouble): Response =>
    c.redirect(`/sign-in?problem=${problem}`, 302);

  const leave = (way: Way) => async (call: Pick<Call<'signInOidc'>, 'c' | 'query'>) => {
    const { c, query } = call;
    const provider = requireProvider(way);
    guard.limitTravel(c);
    const journey = {
      way,
      state: random(),
      verifier: random() + random(),
      nonce: random(),
      to: ownPath(query.to, auth.url),
    };
    try {
      const there = await provider.leave(journey, back(way));
      c.header('set-cookie', cookie(journeys.begin(journey), JOURNEY_MS / 1_000));
      return c.redirect(there.href, 302);
    } catch (error) {
      log(`sign-in by ${way} could not begin: ${String(error)}`);
      return failed(c, 'unreachable');
    }
  };

  const arrive =
    (way: Way) =>
    async ({ c }: Pick<Call<'signInOidcBack'>, 'c'>) => {
      const provider = requireProvider(way);
      guard.limitTravel(c);
      const journey = journeys.end(journeyCookie(c), way);
      if (!journey) return failed(c, 'late');
      try {
        const url = new URL(back(way) + new URL(c.req.url).search);
        const { name, role } = await provider.arrive(journey, url);
        if (role === null) {
          log(`${name} signed in by ${way} and is not allowed in: nothing under dashboard.${way}.allow applies`);
          return failed(c, 'not-allowed');
        }
        signInAs(given, c, { name, role, via: way, token: null });
        c.header('set-cookie', cookie('', 0), { append: true });
        return c.redirect(journey.to, 302);
      } catch (error) {
        log(`sign-in by ${way} failed: ${String(error)}`);
        return failed(c, 'not-confirmed');
      }
    };

  return {
    signInGitHub: leave('github'),
    signInGitHubBack: arrive('github'),
    signInOidc: leave('oidc'),
    signInOidcBack: arrive('oidc'),
  };
}
