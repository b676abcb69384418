/** The record in Postgres: shared by machines, restarted in the middle, gone for a while. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EnvironmentRow } from '../../../src/core/views.ts';
import { postgresInstalled, type RunningPostgres, startPostgres } from '../../support/postgres.ts';
import { createProject, type Running, type ScratchProject } from '../../support/project.ts';
import { killHard } from '../../support/processes.ts';
import { readNoop } from '../../support/recorded.ts';
import { until } from '../../support/until.ts';

const config = (app: string, soak: string) => `app: ${app}
store: { type: postgres, url: { secret: SHOP_STORE } }
environments:
  ${app}:
    targets: { web: { type: noop } }
    strategy: { type: blue-green, soak: ${soak} }
    bake: { time: 0s, triggers: [] }
    lock: { wait: 0s }
`;

let postgres: RunningPostgres;
const projects: ScratchProject[] = [];
const running: Running[] = [];
const folders: string[] = [];

/** The environment carries the name of the case, as all cases share one server. */
function newProject(app: string, soak: string): ScratchProject {
  const project = createProject({ 'belay.yml': config(app, soak) }, { SHOP_STORE: postgres.url });
  projects.push(project);
  return project;
}

interface Status {
  readonly environments: readonly [{ readonly row: EnvironmentRow | null; readonly lock: string | null }];
}

const statusOf = async (project: ScratchProject) => (await project.json<Status>('status')).environments[0];

/** A deployment that is being watched under traffic. */
async function soaking(project: ScratchProject): Promise<Running> {
  const deploying = project.start(['deploy']);
  running.push(deploying);
  await deploying.saw('all traffic on');
  return deploying;
}

async function expectCommitted(project: ScratchProject, app: string, commit: string): Promise<void> {
  const { row, lock } = await statusOf(project);
  expect(row?.live?.source.commit).toBe(commit);
  expect(row).toMatchObject({ open: null, attention: null });
  expect(lock).toBeNull();
  expect(readNoop(project, 'web', app).live).toBe(row?.live?.release);
  const verified = await project.run('audit', 'verify');
  expect(verified.code, verified.stdout).toBe(0);
}

describe.skipIf(postgresInstalled() === null)('with a Postgres store (needs the package postgresql)', () => {
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.stop());
  afterEach(async () => {
    for (const one of running.splice(0)) if (one.child.exitCode === null) killHard(one.pid);
    await Promise.all(projects.splice(0).map((project) => project.dispose()));
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  test('two deployments and the way back, with a chain that verifies', async () => {
    const project = newProject('plain', '0s');
    const first = project.git('rev-parse', 'HEAD');
    expect((await project.run('deploy')).code).toBe(0);
    const second = project.commit('second');
    expect((await project.run('deploy')).code).toBe(0);
    await expectCommitted(project, 'plain', second);
    const back = await project.run('rollback');
    expect(back.code, back.stderr).toBe(0);
    await expectCommitted(project, 'plain', first);
  });

  test('G4, G14: the server is killed and started again in mid-deployment: the deployment goes on', async () => {
    const project = newProject('restarted', '6s');
    const commit = project.git('rev-parse', 'HEAD');
    const deploying = await soaking(project);
    postgres.kill();
    await postgres.start();
    const ended = await deploying.ended;
    expect(ended.code, ended.stderr).toBe(0);
    await expectCommitted(project, 'restarted', commit);
  });

  test('G14: the server is away for 10 s: who is deploying goes on, who wants to waits', async () => {
    const project = newProject('away', '4s');
    const deploying = await soaking(project);
    postgres.kill();
    const late = project.start(['deploy', '--lock-wait', '60s']);
    running.push(late);
    await late.saw('trying again');
    await delay(10_000);
    await postgres.start();
    const ended = await deploying.ended;
    expect(ended.code, ended.stderr).toBe(0);
    const next = await late.ended;
    expect(next.code, next.stderr).toBe(0);
    await expectCommitted(project, 'away', project.git('rev-parse', 'HEAD'));
  });

  test('G1: two checkouts, as on two machines, have one lock and one record', async () => {
    const project = newProject('shared', '3s');
    const other = mkdtempSync(join(tmpdir(), 'belay-e2e-'));
    folders.push(other);
    execFileSync('git', ['clone', '--quiet', project.folder, other]);
    const deploying = await soaking(project);
    const elsewhere = await project.start(['deploy', '--config', join(other, 'belay.yml')]).ended;
    expect(elsewhere.code, elsewhere.stderr).toBe(4);
    expect(elsewhere.stderr).toContain(`locked by mia`);
    expect(elsewhere.stderr).toContain(`pid ${deploying.pid}`);
    expect((await deploying.ended).code).toBe(0);
    const { row } = await statusOf(project);
    const seen = await until('the other sees the same', () =>
      project.json<Status>('status', '--config', join(other, 'belay.yml')),
    );
    expect(seen.environments[0].row).toEqual(row);
  });
});
