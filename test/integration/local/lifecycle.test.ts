import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ReleaseRef } from '../../../src/core/release.ts';
import type { LocalOptions } from '../../../src/targets/local/options.ts';
import { freePort } from '../../../test/support/postgres.ts';
import { ENDING_APP, httpApp, NEVER_READY_APP } from '../../fixtures/apps/app-repository.ts';
import { startDaemon, type RunningDaemon } from './daemon.ts';
import { createBench, SECRET, type Bench } from './setup.ts';
import { until } from './until.ts';

let daemon: RunningDaemon;
let bench: Bench;
let port = 0;
beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(() => daemon.stop());
beforeEach(async () => {
  bench = createBench(daemon.connect);
  port = await freePort();
});
afterEach(async () => {
  await daemon.clear();
  bench.remove();
});

/** Stages, starts and waits until healthy, as the core does. */
async function bringUp(deployment: string, commit: string, options: Partial<LocalOptions> = {}): Promise<ReleaseRef> {
  const target = bench.target({ port, ...options });
  const context = bench.context(deployment, commit);
  const release = await target.stage(context);
  await target.lifecycle?.start(context, release);
  await until(`${release.id} healthy`, async () => (await target.probe(context, release)).healthy);
  return release;
}

async function deploy(deployment: string, commit: string, options: Partial<LocalOptions> = {}): Promise<ReleaseRef> {
  const release = await bringUp(deployment, commit, options);
  await bench.target({ port, ...options }).activate(bench.context(deployment, commit), release);
  return release;
}

const answer = async (url = `http://127.0.0.1:${port}/`) =>
  (await (await fetch(url)).json()) as { version: string; greeting: string | null };

/** Starts an app that will not get healthy, and returns the first probe that satisfies. */
async function startBad(
  deployment: string,
  files: Record<string, string>,
  options: Partial<LocalOptions>,
  enough: (reason: string, final: boolean) => boolean,
) {
  const target = bench.target({ port, ...options });
  const context = bench.context(deployment, bench.repository.commit(files));
  const release = await target.stage(context);
  await target.lifecycle?.start(context, release);
  return until('the expected probe', async () => {
    const probe = await target.probe(context, release);
    return !probe.healthy && enough(probe.reason, probe.final ?? false) ? probe : null;
  });
}

test('a release answers on its own port before it takes traffic, then on the public one', async () => {
  const commit = bench.repository.commit(httpApp('1'));
  const release = await bringUp('one', commit);
  const target = bench.target({ port });
  const probe = await target.probe(bench.context('one', commit), release);
  expect(await answer(probe.url)).toMatchObject({ version: '1' });
  expect(await target.live(bench.context('one', commit))).toBeNull();
  await target.activate(bench.context('one', commit), release);
  expect(await answer()).toMatchObject({ version: '1' });
  expect(await target.live(bench.context('one', commit))).toMatchObject({
    id: release.id,
    url: `http://127.0.0.1:${port}`,
  });
  await until('its log', async () => (await target.logs?.(release, 5))?.includes('listening'));
});

test('going back starts the old release with the environment that it had', async () => {
  const first = bench.repository.commit(httpApp('1'));
  const one = await deploy('one', first, { env: { GREETING: 'hello' } });
  const two = await deploy('two', bench.repository.commit(httpApp('2')), { env: { GREETING: 'good day' } });
  expect(await answer()).toEqual({ version: '2', greeting: 'good day' });
  const now = bench.target({ port, env: { GREETING: 'good day' } });
  const context = bench.context('back', first);
  expect(await now.lifecycle?.memory?.(context, one)).toBeGreaterThan(5e6);
  await now.lifecycle?.stop(context, one);
  expect(await now.lifecycle?.memory?.(context, one)).toBeNull();
  expect(await now.lifecycle?.running(context, one)).toBe(false);
  await now.lifecycle?.start(context, one);
  await until('healthy again', async () => (await now.probe(context, one)).healthy);
  await now.activate(context, one);
  await now.lifecycle?.stop(context, two);
  expect(await answer()).toEqual({ version: '1', greeting: 'hello' });
  expect((await now.live(context))?.id).toBe(one.id);
});

test('an app that ends at once is unhealthy for good, and says why without secrets', async () => {
  const files = { 'server.mjs': `console.error(process.env.TOKEN);\n${ENDING_APP}` };
  const probe = await startBad('ends', files, { env: { TOKEN: SECRET } }, (_reason, final) => final);
  expect(probe.reason).toContain('exited with 3');
  expect(probe.reason).toContain('DATABASE_URL is missing');
  expect(probe.reason).not.toContain(SECRET);
});

test('an app that never listens is not ready, and waiting may help', async () => {
  const probe = await startBad('waits', { 'server.mjs': NEVER_READY_APP }, {}, (reason) =>
    reason.includes('nothing listens'),
  );
  expect(probe.final ?? false).toBe(false);
});

test('an app that answers with an error, or not at all, is not ready', async () => {
  const broken = { path: '/broken', expect: [200, 399], limitMs: 500 } as const;
  expect(
    (await startBad('broken', httpApp('1'), { probe: broken }, (reason) => reason.includes('answered'))).reason,
  ).toContain('500');
  const slow = { ...broken, path: '/slow', limitMs: 200 };
  await startBad('slow', httpApp('2'), { probe: slow }, (reason) => reason.includes('no answer within 200 ms'));
});

test('traffic never moves to a release that does not run', async () => {
  const first = bench.repository.commit(httpApp('1'));
  const one = await deploy('one', first);
  const target = bench.target({ port });
  const context = bench.context('two', bench.repository.commit(httpApp('2')));
  const two = await target.stage(context);
  await expect(target.activate(context, two)).rejects.toMatchObject({ code: 'TARGET_FAILED' });
  expect((await target.live(context))?.id).toBe(one.id);
  expect(await answer()).toMatchObject({ version: '1' });
});

test('a public port that another program has is refused', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  port = (other.address() as AddressInfo).port;
  const commit = bench.repository.commit(httpApp('1'));
  const release = await bringUp('one', commit);
  await expect(bench.target({ port }).activate(bench.context('one', commit), release)).rejects.toMatchObject({
    code: 'PORT_TAKEN',
  });
  other.close();
});

test('pruning keeps the newest, those named, and the live one', async () => {
  const commit = bench.repository.commit(httpApp('1'));
  const live = await deploy('live', commit);
  const target = bench.target({ port, keep: 2 });
  const staged: ReleaseRef[] = [];
  for (const name of ['a', 'b', 'c', 'd']) staged.push(await target.stage(bench.context(name, commit)));
  const [a, b, c, d] = staged as [ReleaseRef, ReleaseRef, ReleaseRef, ReleaseRef];
  const context = bench.context('live', commit);
  expect(await target.prune?.(context, [a.id])).toEqual([b.id]);
  expect(await target.kept?.(context, b)).toBe(false);
  expect(existsSync(join(bench.home, 'releases', b.id))).toBe(false);
  for (const kept of [live, a, c, d]) expect(await target.kept?.(context, kept), kept.id).toBe(true);
  await expect(target.lifecycle?.start(context, b)).rejects.toMatchObject({ code: 'RELEASE_PRUNED' });
  expect(await answer()).toMatchObject({ version: '1' });
});

test('evidence counts what went through the router', async () => {
  const commit = bench.repository.commit(httpApp('1'));
  const release = await deploy('one', commit);
  const target = bench.target({ port });
  for (let i = 0; i < 5; i += 1) await answer();
  await fetch(`http://127.0.0.1:${port}/broken`);
  const evidence = await until('six requests', async () => {
    const seen = await target.traffic?.evidence?.(bench.context('one', commit), release);
    return seen?.requests === 6 ? seen : null;
  });
  expect(evidence).toMatchObject({ errors: 1, restarts: 0 });
  expect(evidence.p50Ms).toBeGreaterThan(0);
});
