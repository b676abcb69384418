/** A provider that people sign in with, on loopback: OpenID Connect with signed tokens, and GitHub's OAuth. Checks what it is sent. */
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';

export interface Person {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly login: string;
  readonly organisations: readonly string[];
}

export interface IdentityProvider {
  readonly url: string;
  /** Who is signed in there. */
  person: Person;
  /** Changes the token before it is signed, or its signature. */
  forge: 'nothing' | 'nonce' | 'signature' | 'audience';
  close(): Promise<void>;
}

export const CLIENT = { id: 'belay-test', secret: 'client-secret-of-the-test' };

interface Grant {
  readonly nonce: string;
  readonly challenge: string;
  readonly redirect: string;
}

const base64 = (value: object | Buffer): string =>
  (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))).toString('base64url');

export async function startIdentityProvider(person: Person): Promise<IdentityProvider> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const grants = new Map<string, Grant>();
  const app = new Hono();
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: IdentityProvider = {
    url,
    person,
    forge: 'nothing',
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };

  function idToken({ nonce }: Grant): string {
    const now = Math.floor(Date.now() / 1_000);
    const payload = {
      iss: url,
      sub: 'user-1',
      aud: provider.forge === 'audience' ? 'another-client' : CLIENT.id,
      iat: now,
      exp: now + 60,
      nonce: provider.forge === 'nonce' ? 'of another sign-in' : nonce,
      ...provider.person.claims,
    };
    const head = `${base64({ alg: 'RS256', kid: 'k1', typ: 'JWT' })}.${base64(payload)}`;
    const signature = createSign('RSA-SHA256').update(head).sign(privateKey);
    if (provider.forge === 'signature') signature[0] = (signature[0] ?? 0) ^ 1;
    return `${head}.${base64(signature)}`;
  }

  const authorize = (query: Record<string, string>): string => {
    const {
      client_id: client,
      redirect_uri: redirect = '',
      state = '',
      nonce = '',
      code_challenge: challenge = '',
    } = query;
    if (client !== CLIENT.id || challenge === '' || query['code_challenge_method'] !== 'S256')
      throw new Error('bad request');
    const code = randomBytes(8).toString('hex');
    grants.set(code, { nonce, challenge, redirect });
    const back = new URL(redirect);
    back.search = new URLSearchParams({ code, state }).toString();
    return back.href;
  };

  /** A code counts once, for who can show the verifier and the secret. */
  const redeem = (form: Record<string, unknown>, authorization: string | undefined): Grant | null => {
    const grant = grants.get(String(form['code']));
    grants.delete(String(form['code']));
    const basic = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64');
    const known = authorization === `Basic ${basic}` || form['client_secret'] === CLIENT.secret;
    const challenge = createHash('sha256').update(String(form['code_verifier'])).digest('base64url');
    return grant && known && grant.challenge === challenge && grant.redirect === form['redirect_uri'] ? grant : null;
  };

  app.get('/.well-known/openid-configuration', (c) =>
    c.json({
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    }),
  );
  app.get('/keys', (c) =>
    c.json({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] }),
  );
  app.get('/authorize', (c) => c.redirect(authorize(c.req.query())));
  app.get('/login/oauth/authorize', (c) => c.redirect(authorize(c.req.query())));
  app.post('/token', async (c) => {
    const grant = redeem(await c.req.parseBody(), c.req.header('authorization'));
    if (!grant) return c.json({ error: 'invalid_grant' }, 400);
    return c.json({ access_token: 'access', token_type: 'Bearer', expires_in: 60, id_token: idToken(grant) });
  });
  app.post('/login/oauth/access_token', async (c) => {
    // GitHub tells of a wrong code with status 200.
    const grant = redeem(await c.req.parseBody(), c.req.header('authorization'));
    if (!grant) return c.json({ error: 'bad_verification_code' });
    return c.json({ access_token: 'gho_test', token_type: 'bearer', scope: 'read:org' });
  });
  app.get('/api/v3/user', (c) =>
    c.req.header('authorization') === 'Bearer gho_test' ? c.json({ login: provider.person.login }) : c.json({}, 401),
  );
  app.get('/api/v3/user/memberships/orgs/:name', (c) =>
    provider.person.organisations.includes(c.req.param('name')) ? c.json({ state: 'active' }) : c.json({}, 404),
  );
  return provider;
}
