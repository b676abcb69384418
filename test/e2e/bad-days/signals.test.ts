/** Ctrl-C, cancelled CI jobs, and people who stop a deployment from elsewhere. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { createProject, type Running, type ScratchProject } from '../../support/project.ts';
import { killHard, processesIn } from '../../support/processes.ts';
import { readEvents, readNoop, readRecord, untilStepBegins } from '../../support/recorded.ts';
import { createShop, type Shop } from '../../support/shop.ts';
import { until } from '../../support/until.ts';

const projects: ScratchProject[] = [];
const running: Running[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) if (one.child.exitCode === null) killHard(one.pid);
  await Promise.all(projects.splice(0).map((project) => project.dispose()));
});

function start(project: ScratchProject, ...args: readonly string[]): Running {
  const one = project.start(args);
  running.push(one);
  return one;
}

/** A live shop whose next release builds until somebody stops it. */
async function shopThatBuilds(script: string): Promise<{ shop: Shop; deploying: Running; before: number }> {
  const shop = await createShop({ target: ['build: sh build.sh'], files: { 'build.sh': 'true' } });
  projects.push(shop);
  const first = await shop.run('deploy');
  expect(first.code, first.stderr).toBe(0);
  const before = processesIn(shop.folder).length;
  shop.commit('long build', { 'build.sh': `${script}\ntouch building\nsleep 600` });
  const deploying = start(shop, 'deploy');
  const releases = join(shop.folder, '.belay/local/production/web/releases');
  await until('it builds', () => readdirSync(releases).some((id) => existsSync(join(releases, id, 'tree/building'))));
  return { shop, deploying, before };
}

async function expectAsBefore(shop: Shop, before: number): Promise<void> {
  expect(await shop.version()).toBe('one');
  await until('the build is gone', () => processesIn(shop.folder).length === before);
  const record = await readRecord(shop);
  expect(record.chainFault).toBeNull();
  expect(record.environment).toMatchObject({ open: null, attention: null, frozen: [] });
  expect(record.deployments[0]?.outcome).toBe('rolled-back');
}

test('G17: Ctrl-C once during a build: undone, and it says what is live', async () => {
  const { shop, deploying, before } = await shopThatBuilds('true');
  deploying.child.kill('SIGINT');
  const ended = await deploying.ended;
  expect(ended.code, ended.stderr).toBe(5);
  expect(ended.stderr).toContain('Press again to stop at once');
  expect(ended.stderr).toContain('interrupted by mia');
  const live = (await readRecord(shop)).environment?.live?.release;
  expect(ended.stderr).toContain(`  live  ${live}`);
  await expectAsBefore(shop, before);
});

test('abort from elsewhere during a build: cut off and undone, not left behind', async () => {
  const { shop, deploying, before } = await shopThatBuilds('true');
  const abort = await shop.run('abort', '--reason', 'wrong branch');
  expect(abort.code, abort.stderr).toBe(0);
  const ended = await deploying.ended;
  expect(ended.code, ended.stderr).toBe(5);
  expect(ended.stderr).toContain('aborted by mia: wrong branch');
  await expectAsBefore(shop, before);
});

test('G17: Ctrl-C twice during a build that will not go: stops at once, and `recover` puts the rest right', async () => {
  const { shop, deploying, before } = await shopThatBuilds("trap '' TERM INT");
  deploying.child.kill('SIGINT');
  await deploying.saw('Press again');
  // The product takes two within half a second for one press.
  await delay(600);
  deploying.child.kill('SIGINT');
  const ended = await deploying.ended;
  expect(ended.code, ended.stderr).toBe(130);
  expect(ended.stderr).toContain('belay recover');
  const recovered = await shop.run('recover');
  expect(recovered.code, recovered.stderr).toBe(5);
  await expectAsBefore(shop, before);
});

test('G17: the ladder of a cancelled GitHub job (INT, 7.5 s, TERM, 2.5 s, KILL) fits: nothing is left behind', async () => {
  const { shop, deploying, before } = await shopThatBuilds("trap '' TERM INT");
  const ladder = [
    ['SIGTERM', 7_500],
    ['SIGKILL', 2_500],
  ] as const;
  deploying.child.kill('SIGINT');
  for (const [signal, after] of ladder) {
    const over = await Promise.race([deploying.ended, delay(after)]);
    if (over === undefined) deploying.child.kill(signal);
  }
  const ended = await deploying.ended;
  expect(ended.signal, ended.stderr).toBeNull();
  expect([5, 130]).toContain(ended.code);
  const recovered = await shop.run('recover');
  expect([0, 5], recovered.stderr).toContain(recovered.code);
  await expectAsBefore(shop, before);
});

const SOAKING = `app: shop
environments:
  production:
    targets: { web: { type: noop } }
    strategy: { type: blue-green, soak: 5s }
    bake: { time: 0s, triggers: [] }
`;

test('SIGTERM, pause, resume and abort: each answers whoever asked, and the deployment does what it was told', async () => {
  const project = createProject({ 'belay.yml': SOAKING });
  projects.push(project);
  const terminated = start(project, 'deploy');
  await untilStepBegins(project, 'soak');
  terminated.child.kill('SIGTERM');
  expect((await terminated.ended).code, terminated.stderr()).toBe(5);
  expect(readNoop(project, 'web')).toMatchObject({ live: null, releases: {} });

  const paused = start(project, 'deploy');
  await untilStepBegins(project, 'soak', 2);
  const pause = await project.run('pause', '--reason', 'looking at the error rate');
  expect(pause.code, pause.stderr).toBe(0);
  expect((await paused.ended).code, paused.stderr()).toBe(7);
  const refused = await project.run('deploy');
  expect(refused.code, refused.stderr).toBe(7);
  expect(refused.stderr).toContain('looking at the error rate');
  expect(refused.stderr).toContain('belay resume');
  const resumed = await project.run('resume');
  expect(resumed.code, resumed.stderr).toBe(0);
  const live = readNoop(project, 'web').live;
  expect(live).not.toBeNull();

  project.commit('second');
  const aborted = start(project, 'deploy');
  // Watching began anew when it was resumed, so this is the fourth time.
  await untilStepBegins(project, 'soak', 4);
  const abort = await project.run('abort', '--reason', 'wrong branch');
  expect(abort.code, abort.stderr).toBe(0);
  const ended = await aborted.ended;
  expect(ended.code, ended.stderr).toBe(5);
  expect(ended.stderr).toContain('aborted by mia: wrong branch');
  expect(readNoop(project, 'web').live).toBe(live);
  const asked = (await readEvents(project)).filter((event) => event.kind === 'request.accepted');
  expect(asked.map((event) => event.data)).toMatchObject([{ request: 'pause' }, { request: 'abort' }]);
});
