/** Every route of the table: refused where it must be, and answering as its document says. */
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Dashboard } from '../../../src/project-dashboard.ts';
import type { DeploymentDetail, HistoryPage } from '../../../src/server/api/deployments.ts';
import type { Overview } from '../../../src/server/api/overview.ts';
import type { AuditPage, Chains } from '../../../src/server/api/record.ts';
import type { RollbackPreview } from '../../../src/server/api/rollback.ts';
import { type Route, ROUTES } from '../../../src/server/api/routes.ts';
import { type ApiProblem, type Role, ROLES } from '../../../src/server/api/vocabulary.ts';
import { type Answer, ask, createScratch, type Scratch, type SignedIn, signIn } from '../../support/dashboard.ts';
import { until } from '../../support/until.ts';

const XSS = '<img src=x onerror=alert(1)></script><script>alert(2)</script>';
const SECRET = 'hook-secret-of-the-test';

let scratch: Scratch;
let dashboard: Dashboard;
let mia: SignedIn;
let deployment = '';
const bearer: Partial<Record<Role, string>> = {};

beforeAll(async () => {
  scratch = await createScratch(
    { dashboard: { webhookSecret: { secret: 'HOOK' } }, notify: { repository: 'https://github.com/acme/shop' } },
    { HOOK: SECRET },
  );
  await scratch.deploy('first');
  deployment = await scratch.deploy(XSS);
  await scratch.deploy('elsewhere', 'staging');
  for (const role of ROLES) bearer[role] = `Bearer ${(await scratch.token(role)).token}`;
  dashboard = await scratch.open();
  mia = await signIn(dashboard);
});

afterAll(() => scratch.dispose());

const named = Object.entries(ROUTES) as [keyof typeof ROUTES, Route][];

function pathOf({ path }: Route): string {
  return `/api/v1${path.replace(':id', deployment).replace(':name', 'production')}`;
}

const call = (route: Route, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(dashboard.listening, pathOf(route), {
    method: route.method.toUpperCase(),
    headers,
    // No body of any route is valid: whoever gets so far is told that, and nothing is changed.
    ...(route.method === 'post' ? { body: { nonsense: true } } : {}),
  });

const refused = (answer: Answer, status: number, code: string): void => {
  expect({ status: answer.status, code: answer.json<ApiProblem>().code }).toEqual({ status, code });
};

describe.each(named)('%s', (_name, route) => {
  test('is refused without, with the wrong and with too low a role', async () => {
    if (route.allow === 'anyone') return;
    refused(await call(route), 401, 'SIGN_IN');
    refused(await call(route, { authorization: 'Bearer belay_abcd1234_0123456789abcdef0123456789' }), 401, 'SIGN_IN');
    refused(await call(route, { cookie: `${mia.cookie.split('=')[0]}=planted` }), 401, 'SIGN_IN');
    for (const lower of ROLES.slice(0, ROLES.indexOf(route.allow)))
      refused(await call(route, { authorization: bearer[lower] ?? '' }), 403, 'ROLE');
  });

  test('changes nothing for the page of another site', async () => {
    if (route.method === 'get' || route.raw) return;
    const { cookie, csrf } = mia;
    const own = { cookie, 'x-belay-csrf': csrf };
    refused(await call(route, { ...own, origin: 'https://evil.example' }), 403, 'ORIGIN_FOREIGN');
    refused(await call(route, { ...own, 'sec-fetch-site': 'cross-site' }), 403, 'ORIGIN_FOREIGN');
    if (route.allow === 'anyone') return;
    refused(await call(route, { cookie }), 403, 'CSRF');
    refused(await call(route, { cookie, 'x-belay-csrf': `${csrf}x` }), 403, 'CSRF');
  });
});

const ajv = new Ajv2020.default({ strict: false, validateFormats: false });

interface Operation {
  readonly operationId: string;
  readonly responses: Record<string, { content?: Record<string, { schema: object }> }>;
}
type Paths = Record<string, Record<string, Operation>>;

/** Proves an answer against the document. */
async function expectDocumented(answer: Answer, operation: keyof typeof ROUTES): Promise<void> {
  const { paths } = (await mia.get('/openapi.json')).json<{ paths: Paths }>();
  const found = Object.values(paths)
    .flatMap((path) => Object.values(path))
    .find((one) => one.operationId === operation);
  const { [answer.status]: told = found?.responses['default'] } = found?.responses ?? {};
  const schema = told?.content?.['application/json']?.schema;
  expect(schema, `${operation} ${answer.status}`).toBeDefined();
  expect(ajv.validate(schema ?? {}, JSON.parse(answer.text)), `${operation}: ${ajv.errorsText()}`).toBe(true);
}

test('the document describes every route, and each answer is as it says', async () => {
  const document = (await mia.get('/openapi.json')).json<{ openapi: string; paths: Paths }>();
  expect(document.openapi).toBe('3.1.0');
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  expect(operations.map(({ operationId }) => operationId).toSorted()).toEqual(Object.keys(ROUTES).toSorted());
  const reading = named.filter(([, route]) => route.method === 'get' && route.answer !== null);
  for (const [name, route] of reading) {
    const answer = await mia.get(pathOf(route).replace('/api/v1', ''));
    expect(answer.status, name).toBe(200);
    await expectDocumented(answer, name);
  }
  await expectDocumented(await mia.post('/audit/verify', {}), 'auditVerify');
  await expectDocumented(await mia.get('/deployments?limit=no'), 'deployments');
  expect((await mia.get('/deployments?limit=no')).status).toBe(400);
});

test('texts of strangers come back as JSON that no browser takes for a page', async () => {
  const answer = await mia.get(`/deployments/${deployment}`);
  expect(answer.json<DeploymentDetail>().summary.commit.subject).toBe(XSS);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const file = await mia.get('/deployments/export?format=csv');
  expect(file.headers.get('content-disposition')).toContain('attachment');
  expect(file.text.split('\n')).toHaveLength(5);
});

test('pages and refusals carry the headers; nothing outside of the folder is served', async () => {
  for (const path of ['/', '/deployments/d-1', '/api/v1/me']) {
    const { headers } = await ask(dashboard.listening, path);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/);
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*/);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  }
  const secret = join(scratch.folder, 'belay.json');
  const climbs = [
    '/../../package.json',
    '/assets/../../../package.json',
    '/%2e%2e/%2e%2e/package.json',
    secret,
    `/assets/..%2f..%2fpackage.json`,
  ];
  for (const path of climbs) expect((await ask(dashboard.listening, path)).text, path).not.toContain('"app":"shop"');
  for (const path of climbs) expect((await ask(dashboard.listening, path)).text, path).not.toContain('belayctl');
  expect((await ask(dashboard.listening, '/nothing.js')).status).toBe(404);
  expect((await ask(dashboard.listening, '/api/v1/nothing')).status).toBe(404);
});

test('a name that only points here is not enough, and neither is a body that is too large or no JSON', async () => {
  refused(await ask(dashboard.listening, '/api/v1/me', { headers: { host: 'evil.example' } }), 421, 'HOST_UNKNOWN');
  expect((await ask(dashboard.listening, '/', { headers: { host: 'evil.example:80' } })).status).toBe(421);
  const headers = { cookie: mia.cookie, 'x-belay-csrf': mia.csrf };
  const post = (raw: string, type: string) =>
    ask(dashboard.listening, '/api/v1/audit/verify', {
      method: 'POST',
      raw,
      headers: { ...headers, 'content-type': type },
    });
  refused(await post('x'.repeat(70 * 1024), 'application/json'), 413, 'TOO_LARGE');
  refused(await post('environment=production', 'application/x-www-form-urlencoded'), 415, 'NOT_JSON');
  refused(await post('{', 'application/json'), 400, 'NOT_JSON');
  refused(await post('{"environment":7}', 'application/json'), 400, 'INVALID');
});

test('overview, history and audit agree with what was deployed', async () => {
  const { environments, attention } = (await mia.get('/overview')).json<Overview>();
  const [production] = environments;
  expect(production).toMatchObject({
    name: 'production',
    live: { deployment, actor: 'mia' },
    running: null,
    lock: null,
  });
  expect(production?.live?.commit.url).toMatch(/^https:\/\/github\.com\/acme\/shop\/commit\/[0-9a-f]{40}$/);
  expect(production?.targets.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['web noop', 'api noop']);
  expect(attention).toEqual([]);
  // Looked at in the background: at first nobody can tell, then it is healthy.
  await until('health', async () => {
    const cards = (await mia.get('/overview')).json<Overview>().environments;
    return cards[0]?.targets.every(({ health }) => health.status === 'pass');
  });

  const page = (await mia.get('/deployments?limit=2')).json<HistoryPage>();
  expect(page.deployments.map(({ environment }) => environment)).toEqual(['staging', 'production']);
  expect(page.deployments[1]?.compareUrl).toContain('/acme/shop/compare/');
  const rest = (await mia.get(`/deployments?limit=2&before=${page.next}`)).json<HistoryPage>();
  expect(rest.deployments.map(({ commit }) => commit.subject)).toEqual(['first']);
  expect(rest.next).toBeNull();
  const found = (await mia.get('/deployments?text=FIRST&actor=mia')).json<HistoryPage>();
  expect(found.deployments.map(({ commit }) => commit.subject)).toEqual(['first']);
  const until0 = found.deployments[0]?.openedAt ?? '';
  expect((await mia.get(`/deployments?until=${until0}`)).json<HistoryPage>().deployments).toEqual([]);

  const all = (await mia.get('/audit?limit=200')).json<AuditPage>();
  const seen: string[] = [];
  for (let before = ''; ;) {
    const { events, next } = (await mia.get(`/audit?limit=7${before}`)).json<AuditPage>();
    seen.push(...events.map(({ id }) => id));
    if (next === null) break;
    before = `&before=${encodeURIComponent(next)}`;
  }
  expect(seen).toEqual(all.events.map(({ id }) => id));

  await mia.post('/audit/verify', {});
  const { chains } = await until('both chains', async () => {
    const now = (await mia.get('/audit/chains')).json<Chains>();
    return now.chains.every(({ verdict }) => verdict === 'whole') ? now : null;
  });
  expect(chains.map(({ events, checked }) => events - checked)).toEqual([0, 0]);
});

test('a push that is signed shows what waits; one that is not changes nothing', async () => {
  const live = (await mia.get('/overview')).json<Overview>().environments[0]?.live?.commit.id ?? '';
  const commit = (id: string, message: string) => ({ id: id.repeat(40), message, author: { name: 'Ada' } });
  const push = {
    ref: 'refs/heads/main',
    before: live,
    after: 'b'.repeat(40),
    repository: { default_branch: 'main' },
    commits: [commit('a', 'one\n\nbody'), commit('b', 'two')],
  };
  const raw = JSON.stringify(push);
  const sign = (secret: string) => `sha256=${createHmac('sha256', secret).update(raw).digest('hex')}`;
  const send = (signature: string) =>
    ask(dashboard.listening, '/api/v1/webhooks/github', {
      method: 'POST',
      raw,
      headers: { 'x-github-event': 'push', 'x-hub-signature-256': signature, 'content-type': 'application/json' },
    });
  refused(await send(sign('another secret')), 401, 'SIGNATURE');
  refused(await send('sha256='), 401, 'SIGNATURE');
  const answer = await send(sign(SECRET));
  expect(answer.json()).toEqual({ taken: true });
  await expectDocumented(answer, 'webhookGitHub');
  expect((await send(sign(SECRET))).json()).toEqual({ taken: false });
  const { pending } = (await mia.get('/overview')).json<Overview>().environments[0] ?? {};
  expect(pending?.commits.map(({ subject }) => subject)).toEqual(['two', 'one']);
  expect(pending).toMatchObject({ more: 0, source: 'github' });
});

test('going back: previewed, refused where it must be, then done in the name of the person', async () => {
  const path = '/environments/production/rollback';
  const preview = (await mia.get(path)).json<RollbackPreview>();
  expect(preview.button).toBe(`Roll back production to ${preview.to?.commit.short}`);
  expect(preview.items.map(({ what, how }) => `${what}: ${how}`)).toEqual([
    'code on web: returns',
    'code on api: returns',
    'schema: stays',
    'the commit that is left: stays',
  ]);
  expect(preview.objections).toEqual([]);
  const body = { to: preview.to?.release, from: preview.from?.release, reason: 'errors rose' };
  const stale = await mia.post(path, { ...body, from: 'r-of-before' });
  refused(stale, 409, 'STALE');
  await expectDocumented(stale, 'rollback');
  refused(await mia.post(path, { ...body, reason: '  ' }), 400, 'INVALID');
  refused(await mia.post('/environments/nowhere/rollback', body), 409, 'STALE');
  const viewer = { authorization: bearer.viewer ?? '' };
  refused(await ask(dashboard.listening, `/api/v1${path}`, { method: 'POST', body, headers: viewer }), 403, 'ROLE');
  expect((await mia.get('/overview')).json<Overview>().environments[0]?.live?.deployment).toBe(deployment);

  const started = await mia.post(path, body);
  expect(started.status).toBe(202);
  await expectDocumented(started, 'rollback');
  const { deployment: id } = started.json<{ deployment: string }>();
  const detail = await until('it is over', async () => {
    const now = (await mia.get(`/deployments/${id}`)).json<DeploymentDetail>();
    return now.summary.endedAt ? now : null;
  });
  expect(detail.summary).toMatchObject({
    kind: 'rollback',
    outcome: 'committed',
    actor: 'mia (dashboard)',
    reason: 'errors rose',
  });
  const own = (await mia.get(`/deployments?actor=${encodeURIComponent('mia (dashboard)')}`)).json<HistoryPage>();
  expect(own.deployments.map((one) => one.id)).toEqual([id]);
  // What ended cannot be asked for anything.
  refused(await mia.post(`/deployments/${deployment}/requests`, { kind: 'abort', reason: 'late' }), 409, 'ENDED');
});

test('whoever holds the lock is named; what a dead process left is taken back from the page', async () => {
  const { store, holder } = scratch.project.runtime;
  const taken = await store.leases.acquire('staging', { holder, nonce: 'by hand', ttlMs: 60_000 });
  const { live } = (await mia.get('/overview')).json<Overview>().environments[1] ?? {};
  const body = { to: live?.release, from: live?.release, reason: 'try' };
  const held = await mia.post('/environments/staging/rollback', body);
  refused(held, 409, 'LOCK_HELD');
  expect(held.json<ApiProblem>().message).toContain('locked by mia');
  if (taken.granted) await store.leases.release(taken.fence);

  await scratch.leaveUnfinished('staging');
  const { environments, attention } = (await mia.get('/overview')).json<Overview>();
  const id = environments[1]?.running?.deployment ?? '';
  expect(attention[0]).toMatchObject({ severity: 'urgent', link: `/deployments/${id}` });
  expect((await mia.get(`/deployments/${id}`)).json<DeploymentDetail>().may).toEqual(['abort']);
  const asked = await mia.post(`/deployments/${id}/requests`, { kind: 'abort', reason: 'its machine is gone' });
  expect(asked.status).toBe(202);
  await expectDocumented(asked, 'deploymentRequest');
  const detail = await until('it is taken back', async () => {
    const now = (await mia.get(`/deployments/${id}`)).json<DeploymentDetail>();
    return now.summary.endedAt ? now : null;
  });
  expect(detail.summary.outcome).toBe('rolled-back');
  expect(detail.moments.map(({ kind, actor }) => `${kind} ${actor}`)).toContain(
    'deployment.rolled-back mia (dashboard)',
  );
});

test('Prometheus collects with a token, and nobody without', async () => {
  expect((await ask(dashboard.listening, '/metrics')).status).toBe(401);
  const { status, text } = await ask(dashboard.listening, '/metrics', {
    headers: { authorization: bearer.viewer ?? '' },
  });
  expect(status).toBe(200);
  expect(text).toMatch(/^belay_deployments_total\{environment="production",kind="deploy",outcome="committed"\} 2$/m);
  // A browser that loads the page of the same name gets the page.
  const page = await ask(dashboard.listening, '/metrics', { headers: { accept: 'text/html,*/*' } });
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  expect((await ask(dashboard.listening, '/healthz')).status).toBe(200);
});

test('no secret is in any answer', async () => {
  const answers = await Promise.all(['/settings', '/openapi.json', '/overview'].map((path) => mia.get(path)));
  for (const { text } of answers) expect(text).not.toContain(SECRET);
  expect(answers[0]?.text).toContain('[secret HOOK]');
  const people = (
    await ask(dashboard.listening, '/api/v1/settings', { headers: { authorization: bearer.viewer ?? '' } })
  ).json<{
    people: readonly unknown[];
  }>();
  expect(people.people).toEqual([]);
});
