/** Two who want to deploy at once, holders that hang or die, and locks taken by hand. */
import { afterEach, expect, test } from 'vitest';
import type { LeaseRecord } from '../../../src/stores/store.ts';
import { createProject, type Running, type ScratchProject } from '../../support/project.ts';
import { killHard } from '../../support/processes.ts';
import { readEvents, readNoop, readRecord, untilStepBegins } from '../../support/recorded.ts';

/** The shortest term under which effects still start (they need 12 s of it), and enough time under traffic to come between. */
const config = (soak: string) => `app: shop
environments:
  production:
    targets: { web: { type: noop } }
    strategy: { type: blue-green, soak: ${soak} }
    bake: { time: 0s, triggers: [] }
    lock: { ttl: 13s, wait: 0s }
`;

const projects: ScratchProject[] = [];
const running: Running[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) if (one.child.exitCode === null) killHard(one.pid);
  await Promise.all(projects.splice(0).map((project) => project.dispose()));
});

function newProject(soak: string): ScratchProject {
  const project = createProject({ 'belay.yml': config(soak) });
  projects.push(project);
  return project;
}

function start(project: ScratchProject, ...args: readonly string[]): Running {
  const one = project.start(args);
  running.push(one);
  return one;
}

async function lockOf(project: ScratchProject): Promise<LeaseRecord | null> {
  const { locks } = await project.json<{ locks: { lease: LeaseRecord | null }[] }>('lock', 'status');
  return locks[0]?.lease ?? null;
}

test('G1: of two deployments at once one is refused with who, since when and why; one that waits goes after', async () => {
  const project = newProject('4s');
  const first = start(project, 'deploy');
  await untilStepBegins(project, 'soak');
  const since = (await lockOf(project))?.acquiredAt ?? 'nothing';
  const refused = await project.run('deploy');
  expect(refused.code, refused.stderr).toBe(4);
  for (const word of ['locked by mia', since, `pid ${first.pid}`, ': deploy', 'belay lock status', '  live  ']) {
    expect(refused.stderr).toContain(word);
  }
  const commit = project.commit('second');
  const second = start(project, 'deploy', '--lock-wait', '60s');
  await second.saw('waiting for the lock: mia');
  expect((await first.ended).code).toBe(0);
  expect((await second.ended).code, second.stderr()).toBe(0);
  const { environment, deployments } = await readRecord(project);
  expect(environment?.live?.source.commit).toBe(commit);
  expect(deployments.map((one) => one.outcome)).toEqual(['committed', 'committed']);
  expect(readNoop(project, 'web').live).toBe(environment?.live?.release);
});

test('G2, G13: a holder that hangs past its term is taken over, and does nothing more when it wakes up', async () => {
  const project = newProject('3s');
  expect((await start(project, 'deploy').ended).code).toBe(0);
  const before = readNoop(project, 'web').live;
  project.commit('second');
  const hung = start(project, 'deploy');
  await untilStepBegins(project, 'soak', 2);
  hung.child.kill('SIGSTOP');
  project.commit('third');
  const next = await start(project, 'deploy', '--lock-wait', '60s').ended;
  expect(next.code, next.stderr).toBe(0);
  expect(next.stderr).toContain(`taken over from mia on`);
  const events = await readEvents(project);
  const world = readNoop(project, 'web');
  expect(Object.keys(world.releases)).toHaveLength(2);
  expect(Object.keys(world.releases)).toContain(before);
  hung.child.kill('SIGCONT');
  const woken = await hung.ended;
  expect(woken.code, woken.stderr).toBe(75);
  expect(woken.stderr).toContain('took the lock over');
  expect(await readEvents(project)).toEqual(events);
  expect(readNoop(project, 'web')).toEqual(world);
  expect((await readRecord(project)).deployments.map((one) => one.outcome)).toEqual([
    'committed',
    'rolled-back',
    'committed',
  ]);
});

test('G12: a holder that was killed delays nobody', async () => {
  const project = newProject('60s');
  const killed = start(project, 'deploy');
  await untilStepBegins(project, 'soak');
  killHard(killed.pid);
  await killed.ended;
  const recovered = await project.run('recover');
  expect(recovered.code, recovered.stderr).toBe(5);
  expect(readNoop(project, 'web')).toMatchObject({ live: null, releases: {} });
});

test('G19, G22: a lock held by hand blocks deployments, and is only taken by its nonce', async () => {
  const project = newProject('0s');
  const holder = start(project, 'lock', 'acquire', 'database maintenance');
  await holder.saw('is held until Ctrl-C');
  const blocked = await project.run('deploy');
  expect(blocked.code, blocked.stderr).toBe(4);
  expect(blocked.stderr).toContain('database maintenance');
  // Looking works meanwhile, and changes nothing.
  const held = await lockOf(project);
  for (const look of [['status'], ['plan'], ['audit'], ['history']]) {
    const looked = await project.run(...look);
    expect(looked.code, `${look.join(' ')}: ${looked.stderr}`).toBe(0);
  }
  expect(await lockOf(project)).toMatchObject({ nonce: held?.nonce, token: held?.token });
  const release = (...more: readonly string[]) =>
    project.run('lock', 'release', '--because', 'runner is gone', ...more);
  const wrong = await release('--nonce', 'another');
  expect(wrong.code).toBe(4);
  expect(wrong.stderr).toContain('is another one than another');
  const alive = await release('--nonce', held?.nonce ?? '');
  expect(alive.code).toBe(4);
  expect(alive.stderr).toContain('The holder is alive');
  const forced = await release('--nonce', held?.nonce ?? '', '--i-know-it-is-dead');
  expect(forced.code, forced.stderr).toBe(0);
  const ended = await holder.ended;
  expect(ended.code, ended.stderr).toBe(75);
  expect((await readEvents(project)).at(-1)).toMatchObject({ kind: 'lease.forced', data: { nonce: held?.nonce } });
  expect((await project.run('deploy')).code).toBe(0);
});
