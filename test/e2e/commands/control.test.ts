/** What people do to deployments that are under way, paused or left behind, and to the lock. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HistoryPage } from '../../../src/core/history.ts';
import type { LeaseRecord } from '../../../src/stores/store.ts';
import { createProject, type Running, type TestProject, until } from './project.ts';

/** The soak keeps a deployment under way for as long as a test needs it. */
const SOAKING = `
app: shop
defaults: { bake: { time: 0s } }
environments:
  staging: { targets: { web: { type: noop } } }
  production:
    strategy: { type: blue-green, soak: 10m }
    targets: { web: { type: noop } }
`;

const production = ['--env', 'production'];

let project: TestProject;
let running: Running[];
beforeEach(() => {
  project = createProject({ 'belay.yml': SOAKING });
  running = [];
});
afterEach(async () => {
  for (const one of running) one.child.kill('SIGKILL');
  await Promise.all(running.map((one) => one.ended));
  project.dispose();
});

function start(...args: readonly string[]): Running {
  const one = project.start(...args);
  running.push(one);
  return one;
}

async function soaking(): Promise<Running> {
  const deployment = start('deploy', ...production);
  await until('the traffic to be moved', () => deployment.seen().includes('activate'));
  return deployment;
}

interface Answer {
  readonly deployment: string;
  readonly outcome: string | null;
}

test('abort asks the running deployment, waits, and ends with what ran before', async () => {
  const deployment = await soaking();
  const { code, stderr } = await project.belay('abort', ...production, '--reason', 'wrong branch');
  expect(stderr).toMatch(/↩ rolled back/);
  expect(stderr).toContain('aborted by mia: wrong branch');
  expect(code).toBe(0);
  expect((await deployment.ended).code).toBe(5);
});

test('promote ends the wait of a deployment that is being watched', async () => {
  const deployment = await soaking();
  expect(await project.json<Answer>(0, 'promote', ...production)).toMatchObject({ outcome: 'committed' });
  expect((await deployment.ended).code).toBe(0);
});

test('pause closes the environment until it is resumed, or taken back', async () => {
  const deployment = await soaking();
  await project.json<Answer>(0, 'pause', ...production, '--reason', 'looking');
  expect((await deployment.ended).code).toBe(7);
  expect(await project.belay('plan', ...production)).toMatchObject({
    code: 3,
    stdout: expect.stringContaining('belay resume'),
  });
  expect(await project.belay('deploy', ...production)).toMatchObject({ code: 7 });
  expect(await project.json<Answer>(0, 'resume', ...production, '--backward')).toMatchObject({
    outcome: 'rolled-back',
  });
  expect(await project.belay('resume', ...production)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is paused'),
  });
});

test('a deployment whose process was killed is finished or undone by recover, and by abort', async () => {
  const deployment = await soaking();
  deployment.child.kill('SIGKILL');
  await deployment.ended;
  expect((await project.belay('lock', 'status', ...production)).stdout).toMatch(/locked by mia|belay recover/);
  expect(await project.json<Answer>(5, 'recover', ...production)).toMatchObject({ outcome: 'rolled-back' });
  expect(await project.belay('recover', ...production)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('nothing was left behind'),
  });
  const again = await project.json<HistoryPage>(0, 'history', ...production);
  expect(again.deployments.map((one) => one.outcome)).toEqual(['rolled-back']);
});

test('abort takes back what a killed process has left', async () => {
  const deployment = await soaking();
  deployment.child.kill('SIGKILL');
  await deployment.ended;
  expect(await project.json<Answer>(0, 'abort', ...production)).toMatchObject({ outcome: 'rolled-back' });
});

test('without a deployment: abort has nothing to do, pause and promote say so', async () => {
  expect(await project.belay('abort', ...production)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('nothing is under way'),
  });
  expect(await project.belay('pause', ...production)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is running'),
  });
  expect(await project.belay('recover', ...production, '--accept')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--reason'),
  });
  expect(await project.belay('recover', ...production, '--forward', '--backward')).toMatchObject({ code: 2 });
});

test('promote ships the commit that the other environment runs, not what is checked out', async () => {
  expect(await project.belay('promote', '--from', 'staging', '--to', 'production')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Nothing is live on staging'),
  });
  const tested = project.git('rev-parse', 'HEAD');
  await project.json(0, 'deploy', '--env', 'staging');
  project.commit({ 'belay.yml': SOAKING.replace('10m', '0s') }, 'newer');
  await project.json(0, 'promote', '--from', 'staging', '--to', 'production');
  const { deployments } = await project.json<HistoryPage>(0, 'history', ...production);
  expect(deployments).toMatchObject([{ kind: 'promote', outcome: 'committed', source: { commit: tested } }]);
  expect(await project.belay('promote', '--from', 'production', '--to', 'production')).toMatchObject({ code: 2 });
});

async function lease(): Promise<LeaseRecord | null> {
  const { locks } = await project.json<{ locks: { lease: LeaseRecord | null }[] }>(0, 'lock', 'status', ...production);
  return locks[0]?.lease ?? null;
}

test('a lock held by hand keeps deployments out, says why, and goes with Ctrl-C', async () => {
  const held = start('lock', 'acquire', 'moving the database', ...production);
  await until('the lock to be ours', () => held.seen().includes('is held until Ctrl-C'));
  const status = (await project.belay('lock', 'status', ...production)).stdout;
  expect(status).toContain('moving the database');
  expect(status).toContain((await lease())?.nonce);
  const refused = await project.belay('deploy', ...production, '--lock-wait', '1s');
  expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('moving the database') });
  held.child.kill('SIGINT');
  expect((await held.ended).code).toBe(0);
  expect((await lease())?.holder).toBeNull();
});

test('a lock with a time lets go by itself', async () => {
  expect(await project.json(0, 'lock', 'acquire', 'a moment', ...production, '--for', '300ms')).toMatchObject({
    timeUp: true,
  });
  expect((await project.belay('audit', '--kind', 'lease.held')).stdout).toContain('a moment');
});

test('only the lock that was shown is released, and a living holder only by who is sure', async () => {
  const held = start('lock', 'acquire', 'busy', ...production);
  await until('the lock to be ours', () => held.seen().includes('is held until Ctrl-C'));
  const nonce = (await lease())?.nonce ?? '';
  const release = ['lock', 'release', ...production, '--because', 'test'];
  expect(await project.belay(...release, '--nonce', 'another')).toMatchObject({ code: 4 });
  expect(await project.belay(...release, '--nonce', nonce)).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('alive'),
  });
  expect(await project.belay(...release, '--nonce', nonce, '--i-know-it-is-dead')).toMatchObject({ code: 0 });
  expect((await lease())?.holder).toBeNull();
});
