/** GitHub and OpenID Connect, by openid-client: where people are sent, and who they are when they come back. */
import type * as OpenIdClient from 'openid-client';
import type { Configuration } from 'openid-client';
import type { Role } from '../api/vocabulary.ts';
import type { AuthSettings, Provider } from '../parts.ts';
import { organisationsIn, roleByClaims, roleOnGitHub, verifiedEmail } from './allow.ts';
import type { Journey } from './journeys.ts';

export interface Known {
  readonly name: string;
  /** Null: they are who they say, and nothing allows them in. */
  readonly role: Role | null;
}

export interface IdentityProvider {
  /** Where to send the browser. */
  leave(journey: Omit<Journey, 'way' | 'to'>, back: string): Promise<URL>;
  /** @param url as the browser came back, in the form that people see @throws when it is not as it must be */
  arrive(journey: Journey, url: URL): Promise<Known>;
}

const LIMIT_MS = 10_000;

type Library = typeof OpenIdClient;

/** A provider on this machine has no certificate; tests do, and nobody else. */
function insecure(library: Library, address: string): readonly ((config: Configuration) => void)[] {
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
    ? [library.allowInsecureRequests]
    : [];
}

export function oidcProvider(settings: NonNullable<AuthSettings['oidc']>): IdentityProvider {
  let discovered: Promise<Configuration> | null = null;
  async function discover(library: Library): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = settings;
    // Signed by the provider's own key, however safe the way was on which it came.
    const execute = [library.enableNonRepudiationChecks, ...insecure(library, issuer)];
    const timeout = LIMIT_MS / 1_000;
    return library.discovery(new URL(issuer), clientId, clientSecret(), undefined, { execute, timeout });
  }
  async function configured(library: Library): Promise<Configuration> {
    discovered ??= discover(library);
    // A provider that was away is asked again the next time.
    discovered.catch(() => (discovered = null));
    return discovered;
  }
  return {
    async leave({ state, verifier, nonce }, back) {
      const library = await import('openid-client');
      return library.buildAuthorizationUrl(await configured(library), {
        redirect_uri: back,
        scope: 'openid email profile',
        state,
        nonce,
        code_challenge: await library.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
    },
    async arrive({ state, verifier, nonce }, url) {
      const library = await import('openid-client');
      const expected = {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      };
      const tokens = await library.authorizationCodeGrant(await configured(library), url, expected);
      const claims = tokens.claims();
      if (!claims) throw new Error('the provider did not say who it is');
      return { name: verifiedEmail(claims) ?? claims.sub, role: roleByClaims(settings.allow, claims) };
    },
  };
}

export function gitHubProvider(settings: Provider & { readonly server: string }): IdentityProvider {
  const { server, clientId, clientSecret, allow } = settings;
  const api = server === 'https://github.com' ? 'https://api.github.com' : `${server}/api/v3`;
  const organisations = organisationsIn(allow);

  function configured(library: Library): Configuration {
    const metadata = {
      issuer: server,
      authorization_endpoint: `${server}/login/oauth/authorize`,
      token_endpoint: `${server}/login/oauth/access_token`,
    };
    const config = new library.Configuration(metadata, clientId, undefined, library.ClientSecretPost(clientSecret()));
    config.timeout = LIMIT_MS / 1_000;
    for (const allowed of insecure(library, server)) allowed(config);
    return config;
  }

  async function ask(path: string, token: string): Promise<Response> {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json', 'user-agent': 'belay' };
    return fetch(api + path, { headers, signal: AbortSignal.timeout(LIMIT_MS) });
  }

  async function isMember(organisation: string, token: string): Promise<boolean> {
    const answer = await ask(`/user/memberships/orgs/${encodeURIComponent(organisation)}`, token);
    const body: unknown = answer.ok ? await answer.json() : null;
    return typeof body === 'object' && body !== null && Reflect.get(body, 'state') === 'active';
  }

  return {
    async leave({ state, verifier }, back) {
      const library = await import('openid-client');
      return library.buildAuthorizationUrl(configured(library), {
        redirect_uri: back,
        scope: organisations.length > 0 ? 'read:org' : '',
        state,
        code_challenge: await library.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        allow_signup: 'false',
      });
    },
    async arrive({ state, verifier }, url) {
      const library = await import('openid-client');
      const expected = { expectedState: state, pkceCodeVerifier: verifier };
      const { access_token: token } = await library.authorizationCodeGrant(configured(library), url, expected);
      const answer = await ask('/user', token);
      const user: unknown = answer.ok ? await answer.json() : null;
      const login: unknown = typeof user === 'object' && user !== null ? Reflect.get(user, 'login') : null;
      if (typeof login !== 'string') throw new Error(`GitHub did not say who it is (${answer.status})`);
      const member = await Promise.all(
        organisations.map(async (name) => ((await isMember(name, token)) ? [name] : [])),
      );
      return { name: login, role: roleOnGitHub(allow, login, member.flat()) };
    },
  };
}
