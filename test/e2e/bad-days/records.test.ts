/** The record under attack: edited, clocks set back, locked, full, read-only, gone. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openSqlite } from '../../../src/util/sqlite.ts';
import { createProject, NOOP_CONFIG, type ScratchProject } from '../../support/project.ts';
import { killHard } from '../../support/processes.ts';
import { readEvents, readNoop, readRecord, untilStepBegins } from '../../support/recorded.ts';

const projects: ScratchProject[] = [];
const mounts: string[] = [];
const helpers: ChildProcess[] = [];
afterEach(async () => {
  for (const helper of helpers.splice(0)) helper.kill('SIGKILL');
  for (const mount of mounts.splice(0)) execFileSync('umount', ['--lazy', mount]);
  await Promise.all(projects.splice(0).map((project) => project.dispose()));
});

function newProject(): ScratchProject {
  const project = createProject({ 'belay.yml': NOOP_CONFIG });
  projects.push(project);
  return project;
}

async function deployed(): Promise<ScratchProject> {
  const project = newProject();
  const first = await project.run('deploy');
  expect(first.code, first.stderr).toBe(0);
  return project;
}

function edit(project: ScratchProject, ...statements: readonly string[]): void {
  const file = openSqlite(join(project.folder, '.belay/journal.db'));
  for (const statement of statements) file.exec(statement);
  file.close();
}

test('G18: an event that was edited by hand, past the triggers, is named', async () => {
  const project = await deployed();
  const whole = await project.run('audit', 'verify');
  expect(whole.code, whole.stderr).toBe(0);
  const before = await readEvents(project);
  edit(project, 'DROP TRIGGER journal_no_update', "UPDATE journal SET actor = 'nobody' WHERE n = 3");
  const edited = await project.run('audit', 'verify');
  expect(edited.code).toBe(1);
  expect(edited.stdout).toContain(`event 3 (${before[2]?.kind}) was changed after it was written`);
  edit(project, "UPDATE journal SET actor = 'mia' WHERE n = 3");
  expect((await project.run('audit', 'verify')).code).toBe(0);
  edit(project, 'DROP TRIGGER journal_no_delete', 'DELETE FROM journal WHERE n = 4');
  const shortened = await project.run('audit', 'verify');
  expect(shortened.code).toBe(1);
  expect(shortened.stdout).toContain('event 4 is missing');
});

/** A clock that stands an hour back, in every thread of the command. */
const HOUR_BACK = `const real = Date; const back = 3_600_000;
globalThis.Date = class extends real {
  constructor(...args) { if (args.length === 0) super(real.now() - back); else super(...args); }
  static now() { return real.now() - back; }
};`;

test('G13: the clock was set back between two deployments: order is by number, and nothing breaks', async () => {
  const project = await deployed();
  project.write('.belay/hour-back.cjs', HOUR_BACK);
  const env = { NODE_OPTIONS: `--require ${join(project.folder, '.belay/hour-back.cjs')}` };
  const commit = project.commit('second');
  const second = await project.start(['deploy'], { env }).ended;
  expect(second.code, second.stderr).toBe(0);
  const events = await readEvents(project);
  expect(events.map((event) => event.n)).toEqual(events.map((_, index) => index + 1));
  const opened = events.filter((event) => event.kind === 'deployment.opened');
  expect(Date.parse(opened[1]?.at ?? '')).toBeLessThan(Date.parse(opened[0]?.at ?? ''));
  expect((await readRecord(project)).environment?.live?.source.commit).toBe(commit);
  expect((await project.run('audit', 'verify')).code).toBe(0);
  const back = await project.run('rollback');
  expect(back.code, back.stderr).toBe(0);
  expect(readNoop(project, 'web').live).toBe(opened[0]?.data.release);
});

/** Keeps the store to itself for so long, and says when it has it. */
function lockStore(project: ScratchProject, ms: number): Promise<ChildProcess> {
  const program = `const { DatabaseSync } = process.getBuiltinModule('node:sqlite') ?? {};
    const file = process.argv[1];
    const db = DatabaseSync ? new DatabaseSync(file) : new (require(process.argv[2]))(file);
    db.exec('BEGIN EXCLUSIVE');
    console.log('locked');
    setTimeout(() => { db.exec('ROLLBACK'); process.exit(0); }, ${ms});`;
  const libsql = join(import.meta.dirname, '../../../node_modules/libsql');
  const helper = spawn(process.execPath, ['-e', program, join(project.folder, '.belay/journal.db'), libsql], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  helpers.push(helper);
  return new Promise((resolve, reject) => {
    helper.stdout?.once('data', () => resolve(helper));
    helper.once('exit', () => reject(new Error('the helper ended before it had the lock')));
  });
}

test('G14: the store is locked by another program for 10 s: the deployment waits, and succeeds', async () => {
  const project = await deployed();
  const commit = project.commit('second');
  await lockStore(project, 10_000);
  const ran = await project.run('deploy');
  expect(ran.code, ran.stderr).toBe(0);
  expect((await readRecord(project)).environment?.live?.source.commit).toBe(commit);
});

test('a local store in CI: refused in one sentence, before anything', async () => {
  const project = newProject();
  const ran = await project.start(['deploy'], { env: { CI: 'true' } }).ended;
  expect(ran.code, ran.stderr).toBe(2);
  expect(ran.stderr).toContain('would be lost when this CI job ends');
  expect(existsSync(join(project.folder, '.belay/journal.db'))).toBe(false);
});

test('G16: what was left by a newer Belay, or under a plan that was changed since, is not carried on', async () => {
  const soaking = `${NOOP_CONFIG}    strategy: { type: blue-green, soak: 60s }\n`;
  const project = createProject({ 'belay.yml': soaking });
  projects.push(project);
  const killed = project.start(['deploy']);
  await untilStepBegins(project, 'soak');
  killHard(killed.pid);
  await killed.ended;
  const world = readNoop(project, 'web');
  const change = (kind: string, path: string, value: number) =>
    edit(project, `UPDATE journal SET data = json_set(data, '${path}', ${value}) WHERE kind = '${kind}'`);
  edit(project, 'DROP TRIGGER journal_no_update');

  change('deployment.opened', '$.format', 99);
  const newer = await project.run('recover');
  expect(newer.code, newer.stderr).toBe(2);
  expect(newer.stderr).toContain('was written by a newer version of belay');
  expect(newer.stderr).toContain('npm install --global belayctl@latest');
  change('deployment.opened', '$.format', 1);

  change('deployment.planned', '$.plan.soakMs', 1);
  const changed = await project.run('recover');
  expect(changed.code, changed.stderr).toBe(1);
  expect(changed.stderr).toContain('was changed after it was recorded');
  expect(changed.stderr).toContain('belay audit verify');
  expect(readNoop(project, 'web')).toEqual(world);
  change('deployment.planned', '$.plan.soakMs', 60_000);

  const recovered = await project.run('recover');
  expect(recovered.code, recovered.stderr).toBe(5);
  expect(readNoop(project, 'web')).toMatchObject({ live: null, releases: {} });
});

test('G21: the store is gone, or an older copy of it is back: nothing is done until a person has looked', async () => {
  const project = await deployed();
  const store = join(project.folder, '.belay/journal.db');
  copyFileSync(store, join(project.folder, '.belay/backup'));
  project.commit('second');
  expect((await project.run('deploy')).code).toBe(0);
  const live = readNoop(project, 'web').live;
  project.commit('third');
  for (const loss of [() => copyFileSync(join(project.folder, '.belay/backup'), store), () => rmSync(store)]) {
    loss();
    const ran = await project.run('deploy');
    expect(ran.code, ran.stderr).toBe(6);
    expect(ran.stderr).toContain('is not the one that this machine has seen');
    expect(ran.stderr).toContain(`web: ${live}`);
    expect(readNoop(project, 'web').live).toBe(live);
  }
  // The person has looked: what is live is no part of the new record, and is not overwritten silently either.
  rmSync(join(project.folder, '.belay/seen.json'));
  const drifted = await project.run('deploy');
  expect(drifted.code, drifted.stderr).toBe(3);
  expect(drifted.stderr).toContain(`web: ${live} is live, the record says nothing`);
  const accepted = await project.run('deploy', '--accept-drift');
  expect(accepted.code, accepted.stderr).toBe(0);
});

/** Root passes by file modes, so the disk itself must refuse; containers without the right to mount cannot run these. */
function mountAt(folder: string, options: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  mounts.push(folder);
}

const MAY_MOUNT =
  process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

describe.skipIf(!MAY_MOUNT)('on a disk of its own (needs root and the right to mount)', () => {
  test('a store that cannot be written: one clear error, nothing changed, and `status` still says what is live', async () => {
    const project = newProject();
    mountAt(join(project.folder, '.belay'), 'size=8m,mode=700');
    expect((await project.run('deploy')).code).toBe(0);
    const live = readNoop(project, 'web').live;
    project.commit('second');
    execFileSync('mount', ['-o', 'remount,ro', join(project.folder, '.belay')]);
    const ran = await project.run('deploy');
    expect(ran.code, ran.stderr).toBe(8);
    expect(ran.stderr).toContain('cannot be opened for writing');
    expect(ran.stderr).toContain('  next  ');
    expect(ran.stderr).not.toContain('This is a bug');
    execFileSync('mount', ['-o', 'remount,rw', join(project.folder, '.belay')]);
    expect(readNoop(project, 'web').live).toBe(live);
    expect((await project.run('deploy')).code).toBe(0);
  });

  test('G15: the disk is full: refused before any effect, the lock is free, and it works again with room', async () => {
    const project = newProject();
    const folder = join(project.folder, '.belay');
    mountAt(folder, 'size=2m,mode=700');
    expect((await project.run('deploy')).code).toBe(0);
    const before = readNoop(project, 'web');
    project.commit('second');
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(join(folder, 'somebody-elses'), Buffer.alloc(bavail * bsize));
    const ran = await project.run('deploy');
    expect(ran.code, ran.stderr).toBe(1);
    expect(ran.stderr).toMatch(/[Nn]o room/);
    expect(ran.stderr).toContain('df -h');
    expect(readNoop(project, 'web')).toEqual(before);
    rmSync(join(folder, 'somebody-elses'));
    expect((await readRecord(project)).lockedBy).toBeNull();
    const again = await project.run('deploy');
    expect(again.code, again.stderr).toBe(0);
    expect((await readRecord(project)).chainFault).toBeNull();
  });

  test('G15: the disk fills up in mid-deployment: it stops with the reason, the lock is free, and `recover` undoes it', async () => {
    const project = newProject();
    const folder = join(project.folder, '.belay');
    mountAt(folder, 'size=2m,mode=700');
    expect((await project.run('deploy')).code).toBe(0);
    const before = readNoop(project, 'web').live;
    project.commit('second', { 'belay.yml': `${NOOP_CONFIG}    strategy: { type: blue-green, soak: 3s }\n` });
    const deploying = project.start(['deploy']);
    await untilStepBegins(project, 'soak');
    const { bfree, bsize } = statfsSync(folder);
    writeFileSync(join(folder, 'somebody-elses'), Buffer.alloc(bfree * bsize));
    const ended = await deploying.ended;
    expect(ended.code, ended.stderr).toBe(1);
    expect(ended.stderr).toMatch(/No room left to write to the store/);
    expect(ended.stderr).toContain('under way or was left unfinished');
    rmSync(join(folder, 'somebody-elses'));
    expect((await readRecord(project)).lockedBy).toBeNull();
    const recovered = await project.run('recover');
    expect(recovered.code, recovered.stderr).toBe(5);
    for (const target of ['api', 'web', 'jobs']) expect(readNoop(project, target).live).toBe(before);
    expect((await project.run('audit', 'verify')).code).toBe(0);
  });
});
