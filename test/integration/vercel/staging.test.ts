/** What staging does on Vercel, and what becomes of it when something fails. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Bench, createBench } from './setup.ts';

let bench: Bench;
afterEach(() => bench.close());

const uploads = (requests: readonly string[]) => requests.filter((one) => one === 'POST /v2/files').length;

test('only files that Vercel does not have are uploaded', async () => {
  bench = await createBench();
  const target = bench.target();
  bench.repository.commit({ 'a.txt': 'a', 'b.txt': 'b', 'sub/c.txt': 'c' });
  await target.stage(bench.context('first'));
  expect(uploads(bench.requests())).toBe(4);
  await target.stage(bench.context('second'));
  expect(uploads(bench.requests()), 'only the page has changed').toBe(1);
});

test('what is live and made of the same is not built again, and costs one read', async () => {
  bench = await createBench();
  const target = bench.target();
  const live = await bench.deploy(target, bench.context('first'));
  bench.requests();
  const same = bench.context('second', { source: bench.context('first').source });
  expect(await target.stage(same)).toEqual(live);
  expect(bench.requests()).toEqual(['GET /v9/projects/:project']);
  expect(await target.find(same)).toEqual(live);
  bench.requests();
  await target.activate(same, live);
  expect(bench.requests()).toEqual(['GET /v9/projects/:project']);
  await target.discard(same, live);
  expect(await target.find(same), 'it made nothing').toBeNull();
  expect(await bench.visit()).toBe('page of first');
});

test('a variable that was changed is a reason to build again', async () => {
  bench = await createBench();
  const target = bench.target();
  const live = await bench.deploy(target, bench.context('first'));
  const variable = { key: 'GREETING', value: 'hello', type: 'plain', target: ['production'] };
  await bench.api('POST', `/v10/projects/${bench.project.id}/env`, variable);
  const same = bench.context('second', { source: bench.context('first').source });
  expect((await target.stage(same)).id).not.toBe(live.id);
});

test('an answer that is lost after the effect leaves one deployment', async () => {
  bench = await createBench();
  const target = bench.target();
  await target.stage(bench.context('first'));
  await target.discard(bench.context('first'), null);
  // Its files are there: the first request creates it, and nobody hears of that.
  bench.vercel.inject({ on: 'POST /v13/deployments', kind: 'lost-answer' });
  const staged = await target.stage(bench.context('second', { source: bench.context('first').source }));
  const { deployments } = await bench.api<{ deployments: { uid: string }[] }>('GET', '/v6/deployments');
  expect(deployments.map(({ uid }) => uid)).toEqual([staged.id]);
});

test('too many requests, and a service that fails now and then, are waited for', async () => {
  bench = await createBench();
  const limited = { error: { code: 'rate_limited', message: 'Too many requests' } };
  bench.vercel.inject({
    on: 'POST /v13/deployments',
    kind: 'status',
    status: 429,
    body: limited,
    headers: { 'retry-after': '1' },
  });
  bench.vercel.inject({ on: 'POST /v2/files', kind: 'status', status: 503 });
  bench.vercel.inject({ on: /GET \/v13\/deployments\/dpl_/, kind: 'drop' });
  await bench.deploy(bench.target(), bench.context('first'));
  expect(await bench.visit()).toBe('page of first');
});

test('the log of the build is told, and a build that fails ends with its last lines', async () => {
  bench = await createBench({}, { build: 'echo compiling; echo "Type error: oh" >&2; test ! -e broken' });
  const target = bench.target();
  await target.stage(bench.context('first'));
  expect(bench.said).toContain('compiling');
  bench.repository.commit({ broken: '' });
  const error = await target.stage(bench.context('second')).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'BUILD_FAILED', message: 'The build on Vercel failed' });
  expect((error as { details: string[] }).details).toContain('Type error: oh');
  expect(await target.find(bench.context('second'))).toBeNull();
});

test.for([
  ['CANCELED', 'The build on Vercel was cancelled'],
  ['BLOCKED', 'The build on Vercel is BLOCKED: it waits for a person'],
  ['ERROR', 'The build on Vercel failed'],
] as const)('a build that ends as %s is told as what it is', async ([buildState, message]) => {
  bench = await createBench();
  bench.vercel.scenario.buildState = buildState;
  await expect(bench.target().stage(bench.context('first'))).rejects.toMatchObject({ code: 'BUILD_FAILED', message });
});

test('a build whose checks at Vercel do not pass is no release', async () => {
  bench = await createBench();
  bench.vercel.scenario.buildMs = 500;
  const { id: checkId } = await bench.api<{ id: string }>('POST', '/v2/projects/shop/checks', { name: 'smoke' });
  const ctx = bench.context('first');
  const staged = bench
    .target()
    .stage(ctx)
    .catch((reason: unknown) => reason);
  const made = () => bench.api<{ deployments: { uid: string }[] }>('GET', '/v6/deployments');
  await expect.poll(async () => (await made()).deployments.length).toBe(1);
  const runs = `/v2/deployments/${(await made()).deployments[0]?.uid}/check-runs`;
  const run = await bench.api<{ id: string }>('POST', runs, { checkId });
  await bench.api('PATCH', `${runs}/${run.id}`, { status: 'completed', conclusion: 'failed' });
  expect(await staged).toMatchObject({
    code: 'UNHEALTHY',
    message: 'The checks of the deployment on Vercel did not pass',
  });
});

test('a used up quota is told with its reason, and nothing is left', async () => {
  bench = await createBench();
  bench.vercel.scenario.quota = true;
  await expect(bench.target().stage(bench.context('first'))).rejects.toMatchObject({
    code: 'TARGET_FAILED',
    message: "Vercel's quota is used up: it did not create the deployment",
    retry: 'later',
  });
});

test('stopped while it is built, the build is cancelled and nothing is found', async () => {
  bench = await createBench();
  bench.vercel.scenario.buildMs = 60_000;
  const stop = new AbortController();
  const ctx = bench.context('first', { signal: stop.signal });
  const staged = bench
    .target()
    .stage(ctx)
    .catch((reason: unknown) => reason);
  await expect.poll(() => bench.vercel.requests.some(({ path }) => path.startsWith('/v3/deployments/'))).toBe(true);
  stop.abort();
  expect(await staged).toMatchObject({ code: 'INTERRUPTED' });
  const { deployments } = await bench.api<{ deployments: unknown[] }>('GET', '/v6/deployments');
  expect(deployments).toEqual([]);
});

test('after a death while it was built, the same deployment follows that build', async () => {
  bench = await createBench();
  const target = bench.target();
  bench.vercel.scenario.buildMs = 300;
  // The first process dies as soon as the deployment is created: all its further requests get no answer.
  const first = target.stage(bench.context('first')).catch((reason: unknown) => reason);
  bench.vercel.inject({ on: /GET \/v13\/deployments\/dpl_/, kind: 'hang' });
  await expect
    .poll(() => bench.vercel.requests.filter(({ path }) => path.startsWith('/v13/deployments/dpl_')).length)
    .toBe(1);
  const again = await bench.target().stage(bench.context('first'));
  const { deployments } = await bench.api<{ deployments: { uid: string }[] }>('GET', '/v6/deployments');
  expect(deployments.map(({ uid }) => uid)).toEqual([again.id]);
  await bench.close();
  await first;
});

test('prebuilt: what the build left is shipped, and the key is in its environment, not its arguments', async () => {
  bench = await createBench();
  const build = [
    'mkdir -p .vercel/output/static',
    'echo \'{"version":3}\' > .vercel/output/config.json',
    'echo "$VERCEL_PROJECT_ID $(test -n "$VERCEL_TOKEN" && echo with-key)" > .vercel/output/static/index.html',
  ].join(' && ');
  await bench.deploy(bench.target({ how: 'prebuilt', build }), bench.context('first'));
  expect(await bench.visit()).toBe(`${bench.project.id} with-key\n`);
  await expect(bench.target({ how: 'prebuilt', build: 'true' }).stage(bench.context('second'))).rejects.toMatchObject({
    code: 'BUILD_FAILED',
    message: 'The build left no .vercel/output/config.json',
  });
});

test('git: Vercel fetches the commit itself, where it knows the repository', async () => {
  bench = await createBench();
  const { id, name } = bench.project;
  await expect(bench.target({ how: 'git' }).stage(bench.context('first'))).rejects.toMatchObject({
    message: 'The Vercel project shop is not connected to a git repository',
  });
  const linked = await bench.vercel.createProject({
    name: `${name}-linked`,
    repository: bench.repository.path,
    settings: { link: { type: 'github', repoId: 7, repo: 'shop', org: 'acme' } },
  });
  expect(linked.id).not.toBe(id);
  await bench.deploy(bench.target({ how: 'git', project: linked.name }), bench.context('second'));
  expect(await (await fetch(linked.productionUrl)).text()).toBe('page of second');
});

test('local settings and dependencies of a plain directory are not uploaded', async () => {
  bench = await createBench();
  const { directoryCommit } = await import('../../../src/util/directory.ts');
  const directory = join(bench.home, 'plain');
  mkdirSync(join(directory, 'node_modules/x'), { recursive: true });
  writeFileSync(join(directory, 'index.html'), 'plain');
  writeFileSync(join(directory, '.env.local'), 'KEY=1');
  writeFileSync(join(directory, 'node_modules/x/index.js'), '');
  const source = { commit: await directoryCommit(directory) };
  await bench.deploy(bench.target({ source: { directory } }), bench.context('first', { source }));
  expect(uploads(bench.requests())).toBe(1);
  expect(await bench.visit()).toBe('plain');
});

test.for([
  ['wrong key', { token: 'vcp_wrong' }, 'Vercel refuses the key, so it did not show the project'],
  ['key of another team', { team: 'team_other' }, 'Vercel refuses the key, so it did not show the project'],
  ['unknown project', { project: 'nope' }, 'Vercel did not show the project'],
] as const)('%s: said before anything happens', async ([, options, message]) => {
  bench = await createBench();
  const error = await bench
    .target(options)
    .stage(bench.context('first'))
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message, retry: 'after-change' });
  expect(JSON.stringify(error)).not.toContain('vcp_');
  expect(bench.requests()).toEqual(['GET /v9/projects/:project']);
});

test('a service that is away is told as such, to be tried again later', async () => {
  bench = await createBench();
  const target = bench.target({ api: 'http://127.0.0.1:9' });
  await expect(target.live(bench.context('first'))).rejects.toMatchObject({
    code: 'TARGET_UNREACHABLE',
    retry: 'later',
    unknown: false,
  });
});
