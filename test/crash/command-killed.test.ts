/** kill -9 of the real command at every durable write of a deployment; then one undisturbed run must put everything right. */
import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { createProject, NOOP_CONFIG, type ScratchProject } from '../support/project.ts';
import { readNoop, readRecord } from '../support/recorded.ts';

const STRACE = spawnSync('strace', ['-f', '-e', 'trace=fsync', 'true']).status === 0;
const TARGETS = ['api', 'web', 'jobs'];
/** Every write in the long mode, every third one otherwise. */
const STRIDE = Number(process.env.BELAY_CRASH_STRIDE ?? 8);

const projects: ScratchProject[] = [];
afterEach(async () => {
  await Promise.all(projects.splice(0).map((project) => project.dispose()));
});

/** A project whose first release is live, with a second commit waiting. */
async function projectWithOneRelease(): Promise<ScratchProject> {
  const project = createProject({ 'belay.yml': NOOP_CONFIG });
  projects.push(project);
  const first = await project.run('deploy');
  expect(first.code, first.stderr).toBe(0);
  project.commit('second');
  return project;
}

const killAt = (write: number) => [
  'strace',
  '-f',
  '-qq',
  '-o',
  '/dev/null',
  '-e',
  'trace=fsync,fdatasync',
  '-e',
  `inject=fsync,fdatasync:signal=SIGKILL:when=${write}`,
];

/** Outcome and world agree: all targets on the new release, or all on the old one and nothing of the new one left. */
async function expectOneTruth(project: ScratchProject, before: string): Promise<string> {
  const record = await readRecord(project);
  expect(record.chainFault).toBeNull();
  expect(record.environment?.open).toBeNull();
  expect(record.environment?.attention).toBeNull();
  const live = TARGETS.map((target) => readNoop(project, target).live);
  expect(new Set(live).size, `targets on different releases: ${live.join(', ')}`).toBe(1);
  expect(live[0]).toBe(record.environment?.live?.release);
  const last = record.deployments[0];
  if (live[0] === before) {
    for (const target of TARGETS) expect(Object.keys(readNoop(project, target).releases)).toEqual([before]);
  } else {
    expect(last?.outcome).toBe('committed');
  }
  for (const deployment of record.deployments) expect(deployment.outcome).not.toBeNull();
  return live[0] === before ? 'old' : 'new';
}

describe.skipIf(!STRACE)('the command is killed', () => {
  test('G3, G6, G10: at any durable write, and the next command finishes or undoes exactly what was left', async () => {
    const ends = new Map<string, number>();
    let reached = 0;
    for (let write = 1; ; write += STRIDE) {
      const project = await projectWithOneRelease();
      const before = readNoop(project, 'api').live ?? '';
      const killed = await project.start(['deploy'], { prefix: killAt(write) }).ended;
      if (killed.code === 0) break;
      reached += 1;
      const recovered = await project.run('recover');
      expect([0, 5], `write ${write}: ${recovered.stderr}`).toContain(recovered.code);
      const end = await expectOneTruth(project, before);
      ends.set(end, (ends.get(end) ?? 0) + 1);
      const again = await project.run('deploy');
      expect(again.code, `write ${write}: ${again.stderr}`).toBe(0);
      await project.dispose();
      projects.length = 0;
    }
    // Both ways were taken: kills before the commit went back, kills behind it went on.
    expect(ends.get('old')).toBeGreaterThan(0);
    expect(ends.get('new')).toBeGreaterThan(0);
    expect(reached).toBeGreaterThan(40 / STRIDE);
  });
});
