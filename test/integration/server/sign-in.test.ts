/** Signing in: by the one-time link, by token, with GitHub and OpenID Connect; and every way in which that must fail. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Dashboard } from '../../../src/project-dashboard.ts';
import { tokensOf } from '../../../src/project-tokens.ts';
import type { ApiProblem, Person } from '../../../src/server/api/vocabulary.ts';
import { type Answer, ask, codeOf, createScratch, type Scratch, signedInBy, signIn } from '../../support/dashboard.ts';
import { CLIENT, type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts';
import { problemOf } from '../../support/problem-of.ts';

let provider: IdentityProvider;
let scratch: Scratch;
let dashboard: Dashboard;

const ADA = {
  claims: { email: 'Ada@Shop.Example', email_verified: true, groups: ['ops'] },
  login: 'Ada',
  organisations: ['acme'],
};

beforeAll(async () => {
  provider = await startIdentityProvider(ADA);
  const client = { clientId: CLIENT.id, clientSecret: { secret: 'CLIENT_SECRET' } };
  const config = {
    // Nobody listens there: it is where a proxy would.
    url: 'http://localhost:1',
    github: { ...client, server: provider.url, allow: { ada: 'operator', 'org:acme': 'viewer' } },
    oidc: {
      ...client,
      issuer: provider.url,
      label: 'Shop',
      allow: { '@shop.example': 'viewer', 'group:ops': 'admin' },
    },
  };
  scratch = await createScratch({ dashboard: config }, { CLIENT_SECRET: CLIENT.secret });
  dashboard = await scratch.open();
});

afterAll(async () => {
  await scratch.dispose();
  await provider.close();
});

/** Past the proxy. */
const local = (): string => dashboard.listening;

const api = (path: string, cookie = '') => ask(local(), `/api/v1${path}`, { headers: { cookie } });
const sendLink = (code: string, cookie = '') =>
  ask(local(), '/api/v1/sign-in/link', { method: 'POST', body: { code }, headers: { cookie } });

/** As a browser does it: there, to the provider, and back with the cookie of the way. */
async function travel(way: 'github' | 'oidc', to = '', forge: (back: URL) => void = () => undefined): Promise<Answer> {
  const left = await api(`/sign-in/${way}${to}`);
  expect(left.status).toBe(302);
  const cookie = left.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const there = await fetch(left.headers.get('location') ?? '', { redirect: 'manual' });
  const back = new URL(there.headers.get('location') ?? '');
  expect(back.origin).toBe('http://localhost:1');
  forge(back);
  return api(back.pathname.replace('/api/v1', '') + back.search, cookie);
}

const sessionOf = (answer: Answer): string =>
  answer.headers
    .getSetCookie()
    .find((one) => one.startsWith('belay_') && !one.startsWith('belay_journey'))
    ?.split(';')[0] ?? '';

test('a link signs in once, in a session of its own, with a cookie that no script and no other site can use', async () => {
  const code = codeOf(dashboard.signInLink());
  const planted = 'belay_1=planted-by-somebody-else';
  const first = await sendLink(code, planted);
  expect(first.json<Person>()).toMatchObject({ name: 'mia', role: 'admin', via: 'link' });
  const [cookie = ''] = first.headers.getSetCookie();
  expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/);
  expect(cookie).not.toContain('planted');
  const second = await sendLink(code);
  expect(second.status).toBe(401);
  expect(second.json<ApiProblem>().code).toBe('LINK_SPENT');

  const mia = signedInBy(local(), first);
  expect((await mia.get('/me')).status).toBe(200);
  // Signing in again ends the session before.
  const again = await sendLink(codeOf(dashboard.signInLink()), mia.cookie);
  expect((await mia.get('/me')).status).toBe(401);
  const anew = signedInBy(local(), again);
  expect(anew.cookie).not.toBe(mia.cookie);
  const out = await anew.post('/sign-out', {});
  expect(out.headers.getSetCookie()[0]).toMatch(/=; .*Max-Age=0/);
  expect((await anew.get('/me')).status).toBe(401);
});

test('a token signs in, and what it has signed in ends with it', async () => {
  const { token, id } = await scratch.token('operator', 'deployer');
  const answer = await ask(local(), '/api/v1/sign-in/token', { method: 'POST', body: { token } });
  expect(answer.json<Person>()).toMatchObject({ name: 'deployer', role: 'operator', via: 'token' });
  const session = signedInBy(local(), answer);
  expect((await session.get('/me')).status).toBe(200);
  const stored = JSON.stringify(await scratch.project.runtime.store.documents.list('token/'));
  expect(stored).not.toContain(token.split('_')[2]);
  await tokensOf(scratch.project.runtime.store).revoke(id);
  expect((await session.get('/me')).status).toBe(401);
  const refused = await ask(local(), '/api/v1/sign-in/token', { method: 'POST', body: { token } });
  expect(refused.json<ApiProblem>().code).toBe('TOKEN_UNKNOWN');
});

test('OpenID Connect: the highest role that applies, only with a token that is theirs', async () => {
  const answer = await travel('oidc', '?to=%2Fdeployments%2Fd-1');
  expect(answer.headers.get('location')).toBe('/deployments/d-1');
  expect((await api('/me', sessionOf(answer))).json<Person>()).toMatchObject({
    name: 'ada@shop.example',
    role: 'admin',
    via: 'oidc',
  });

  for (const forge of ['nonce', 'signature', 'audience'] as const) {
    provider.forge = forge;
    const forged = await travel('oidc');
    expect(forged.headers.get('location'), forge).toBe('/sign-in?problem=not-confirmed');
    expect(sessionOf(forged), forge).toBe('');
  }
  provider.forge = 'nothing';
  // An address that nobody has proved counts for nothing.
  provider.person = { ...ADA, claims: { email: 'eve@shop.example', email_verified: false } };
  expect((await travel('oidc')).headers.get('location')).toBe('/sign-in?problem=not-allowed');
  provider.person = ADA;
  const stolen = await travel('oidc', '', (back) => back.searchParams.set('state', 'of somebody else'));
  expect(stolen.headers.get('location')).toBe('/sign-in?problem=not-confirmed');
  const words = (await api('/sign-in?problem=not-allowed')).json<{ problem: string }>();
  expect(words.problem).toContain('nobody has let you in yet');
  expect((await api('/sign-in?problem=anything')).json()).toMatchObject({ problem: null });
});

test('GitHub: by login or organisation; strangers stay outside', async () => {
  const ada = await travel('github');
  expect((await api('/me', sessionOf(ada))).json<Person>()).toMatchObject({
    name: 'Ada',
    role: 'operator',
    via: 'github',
  });
  provider.person = { ...ADA, login: 'bob' };
  expect((await api('/me', sessionOf(await travel('github')))).json<Person>()).toMatchObject({
    name: 'bob',
    role: 'viewer',
  });
  provider.person = { ...ADA, login: 'eve', organisations: [] };
  expect((await travel('github')).headers.get('location')).toBe('/sign-in?problem=not-allowed');
  provider.person = ADA;
});

test('nobody is led to another site, and the way back belongs to the browser that left', async () => {
  for (const to of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/%09/evil.example',
    'javascript:alert(1)',
  ]) {
    const answer = await travel('github', `?to=${encodeURIComponent(to)}`);
    const location = answer.headers.get('location') ?? '';
    expect(new URL(location, 'http://localhost:1').origin, to).toBe('http://localhost:1');
    expect(location.startsWith('//'), to).toBe(false);
  }
  const elsewhere = await api('/sign-in/github/callback?code=x&state=y');
  expect(elsewhere.headers.get('location')).toBe('/sign-in?problem=late');
});

test('guessing is slowed down, and nobody else by it', async () => {
  const other = await scratch.open();
  const answers: Answer[] = [];
  for (let n = 0; n < 12; n += 1) {
    answers.push(await ask(other.listening, '/api/v1/sign-in/link', { method: 'POST', body: { code: `guess-${n}` } }));
  }
  expect(answers.map(({ status }) => status)).toEqual([...Array<number>(10).fill(401), 429, 429]);
  // Who has the right one is not kept out by those who guess.
  expect((await (await signIn(other)).get('/me')).status).toBe(200);
});

test('another host than this machine needs a way to sign in, and says so before it listens', async () => {
  const plain = await createScratch();
  try {
    const refused = await problemOf(plain.open({ host: '0.0.0.0' }));
    expect(refused.message).toContain('does not listen on 0.0.0.0');
    expect(refused.why).toContain('no way to sign in');
    const dashboardOf = await plain.open();
    const port = Number(new URL(dashboardOf.url).port);
    const taken = await problemOf(plain.open({ port }));
    expect(taken).toMatchObject({ code: 'PORT_TAKEN', next: `belay dashboard --port ${port + 1}` });
    expect(taken.why).toContain('a Belay dashboard');
    // A store alone: looked at, and nothing else.
    await plain.deploy('first');
    const only = await plain.open({ store: '.belay/journal.db' });
    const mia = await signIn(only);
    expect((await mia.get('/overview')).json()).toMatchObject({ readOnly: expect.stringContaining('only the store') });
    const asked = await mia.post('/environments/production/rollback', { to: 'r', from: null, reason: 'try' });
    expect(asked.json<ApiProblem>().code).toBe('READ_ONLY');
  } finally {
    await plain.dispose();
  }
});
