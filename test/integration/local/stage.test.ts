import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Problem } from '../../../src/core/errors.ts';
import { resolveDirectory } from '../../../src/sources/directory.ts';
import type { Exec } from '../../../src/util/exec.ts';
import { processStart } from '../../../src/util/processes.ts';
import { appWithDependency, httpApp } from '../../fixtures/apps/app-repository.ts';
import { BASE, createBench, SECRET, type Bench } from './setup.ts';
import { until } from './until.ts';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.remove());

const tree = (id: string, ...path: string[]) => join(bench.home, 'releases', id, 'tree', ...path);
const problemOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('should fail'),
    (error: Problem) => error,
  );
/** A file that a hanging build writes its grandchild's process id to. */
const hangingBuild = (file: string) => `echo building; echo half > half.txt; (sleep 300 & echo $! > ${file}; wait)`;
const pidIn = (file: string) => until(`a pid in ${file}`, () => existsSync(file) && Number(readFileSync(file, 'utf8')));

test('ships the commit, not the work tree, and leaves out what git does', async () => {
  const commit = bench.repository.commit({
    ...httpApp('1'),
    'docs/a.md': 'x',
    '.gitattributes': 'docs export-ignore\n',
  });
  writeFileSync(join(bench.repository.path, 'version.txt'), 'uncommitted');
  const release = await bench.target({ build: 'echo built > built.txt' }).stage(bench.context('one', commit));
  expect(readFileSync(tree(release.id, 'version.txt'), 'utf8')).toBe('1\n');
  expect(readFileSync(tree(release.id, 'built.txt'), 'utf8')).toBe('built\n');
  expect(existsSync(tree(release.id, 'docs'))).toBe(false);
  expect(release.id).toContain(commit.slice(0, 7));
});

test('what was staged belongs to its owner alone', async () => {
  const commit = bench.repository.commit(httpApp('1'));
  const release = await bench.target({ env: { TOKEN: SECRET } }).stage(bench.context('one', commit));
  const record = join(bench.home, 'releases', release.id, 'release.json');
  expect(statSync(record).mode & 0o777).toBe(0o600);
  expect(statSync(join(bench.home, 'releases')).mode & 0o777).toBe(0o700);
  expect(JSON.stringify(release)).not.toContain(SECRET);
});

test('a folder is shipped without its history, dependencies and state', async () => {
  bench.repository.commit(httpApp('1'));
  const directory = bench.repository.path;
  const source = await resolveDirectory(directory);
  const target = bench.target({ source: { directory } });
  const release = await target.stage(bench.context('one', source));
  expect(readdirSync(tree(release.id)).sort()).toEqual(['server.mjs', 'version.txt']);
  writeFileSync(join(directory, 'version.txt'), '2\n');
  expect(await problemOf(target.stage(bench.context('two', source)))).toMatchObject({ code: 'SOURCE_INVALID' });
  expect(await target.find(bench.context('two', source))).toBeNull();
});

test('a failing build is refused with its last lines, without secrets', async () => {
  const commit = bench.repository.commit(httpApp('1'));
  const build = 'echo "token is $TOKEN"; echo "src/page.ts(3,1): error" >&2; exit 2';
  const target = bench.target({ build, env: { TOKEN: SECRET } });
  const problem = await problemOf(target.stage(bench.context('one', commit)));
  expect(problem).toMatchObject({ code: 'BUILD_FAILED', why: expect.stringContaining('exited with 2') });
  expect(problem.details).toEqual(expect.arrayContaining(['token is [secret]', 'src/page.ts(3,1): error']));
  expect(bench.said).toContain('token is [secret]');
  const [folder] = readdirSync(join(bench.home, 'releases'));
  const log = readFileSync(join(bench.home, 'releases', folder ?? '', 'build.log'), 'utf8');
  expect(log).toContain('token is [secret]');
  expect(log).not.toContain(SECRET);
  expect(await target.find(bench.context('one', commit))).toBeNull();
  await target.discard(bench.context('one', commit), null);
  expect(readdirSync(join(bench.home, 'releases'))).toEqual([]);
});

test('a hanging build is ended at its limit, with everything it started', async () => {
  const commit = bench.repository.commit(httpApp('1'));
  const pidFile = join(bench.root, 'pid');
  const staging = problemOf(
    bench.target({ build: hangingBuild(pidFile), buildLimitMs: 700 }).stage(bench.context('one', commit)),
  );
  const grandchild = await pidIn(pidFile);
  const problem = await staging;
  expect(problem).toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('700 ms') });
  expect(problem.next).toContain('limits.build');
  expect(problem.details).toContain('building');
  await until('the grandchild is gone', () => processStart(grandchild) === null);
});

test('an interrupted build is ended, and the deployment can stage again', async () => {
  const commit = bench.repository.commit(httpApp('1'));
  const pidFile = join(bench.root, 'pid');
  const controller = new AbortController();
  const staging = problemOf(
    bench.target({ build: hangingBuild(pidFile) }).stage(bench.context('one', commit, { signal: controller.signal })),
  );
  const grandchild = await pidIn(pidFile);
  controller.abort();
  expect(await staging).toMatchObject({ code: 'INTERRUPTED' });
  await until('the grandchild is gone', () => processStart(grandchild) === null);
  expect(await bench.target().find(bench.context('one', commit))).toBeNull();
  const release = await bench.target({ build: 'true' }).stage(bench.context('one', commit));
  expect(existsSync(tree(release.id, 'half.txt')), 'begun anew').toBe(false);
  expect(await bench.target().find(bench.context('one', commit))).toEqual(release);
});

/** Starts a stage in a process of its own and kills that in mid-build; returns what goes on by itself. */
async function leaveBuildBehind(commit: string): Promise<{ grandchild: number; record: string }> {
  const pidFile = join(bench.root, 'pid');
  const program = join(import.meta.dirname, 'stage-process.ts');
  const build = hangingBuild(pidFile);
  const input = JSON.stringify({ home: bench.home, repository: bench.repository.path, commit, build });
  const child = spawn(process.execPath, ['--import', 'jiti/register', program, input], { stdio: 'ignore', env: BASE });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const grandchild = await pidIn(pidFile);
  child.kill('SIGKILL');
  await ended;
  expect(processStart(grandchild), 'the build goes on by itself').not.toBeNull();
  const [id] = readdirSync(join(bench.home, 'releases'));
  return { grandchild, record: join(bench.home, 'releases', id ?? '', 'command.json') };
}

test('a build left by a killed command line is ended before anything else', async () => {
  const commit = bench.repository.commit(httpApp('1'));
  const { grandchild } = await leaveBuildBehind(commit);
  expect(await bench.target().find(bench.context('one', commit))).toBeNull();
  expect(processStart(grandchild), 'find ended it').toBeNull();
  await bench.target().discard(bench.context('one', commit), null);
  expect(readdirSync(join(bench.home, 'releases'))).toEqual([]);
});

test('what a left build started is ended also when its shell is gone already', async () => {
  const commit = bench.repository.commit(httpApp('1'));
  const { grandchild, record } = await leaveBuildBehind(commit);
  const leader = (JSON.parse(readFileSync(record, 'utf8')) as { pid: number }).pid;
  process.kill(leader, 'SIGKILL');
  await until('the shell is gone', () => processStart(leader) === null);
  await bench.target().discard(bench.context('one', commit), null);
  expect(processStart(grandchild)).toBeNull();
});

test('a build does not begin before its process is on record', async () => {
  const context = bench.context('one', bench.repository.commit(httpApp('1')));
  // As if the command line had been killed right after the start: nothing records the process.
  const exec: Exec = (argv, { onStart: _never, ...options } = {}) => context.exec(argv, options);
  const begun = join(bench.root, 'begun');
  const staging = bench.target({ build: `touch ${begun}`, buildLimitMs: 300 }).stage({ ...context, exec });
  expect(await problemOf(staging)).toMatchObject({ code: 'TIMEOUT' });
  expect(existsSync(begun)).toBe(false);
});

test('a process that only has the number of a left build is spared', async () => {
  const commit = bench.repository.commit(httpApp('1'));
  const { grandchild, record } = await leaveBuildBehind(commit);
  const stranger = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
  const written = readFileSync(record, 'utf8');
  writeFileSync(record, JSON.stringify({ ...(JSON.parse(written) as object), pid: stranger.pid }));
  await bench.target().find(bench.context('one', commit));
  expect(processStart(stranger.pid ?? 0)).not.toBeNull();
  stranger.kill('SIGKILL');
  writeFileSync(record, written);
  await bench.target().discard(bench.context('one', commit), null);
  expect(processStart(grandchild)).toBeNull();
});

test('a disk without room is refused before anything is written', async () => {
  const commit = bench.repository.commit(httpApp('1'));
  const problem = await problemOf(
    bench.target({ minFreeBytes: Number.MAX_SAFE_INTEGER }).stage(bench.context('one', commit)),
  );
  expect(problem).toMatchObject({ code: 'NO_ROOM', why: expect.stringContaining('MiB are free') });
  expect(readdirSync(join(bench.home, 'releases'))).toEqual([]);
});

test('a deployment whose id ends like another one touches nothing of it', async () => {
  const commit = bench.repository.commit(httpApp('1'));
  const release = await bench.target().stage(bench.context('d-a-one', commit));
  expect(await bench.target().find(bench.context('d-one', commit))).toBeNull();
  await bench.target().discard(bench.context('d-one', commit), null);
  expect(await bench.target().find(bench.context('d-a-one', commit))).toEqual(release);
});

test('nothing outside of the releases can be discarded', async () => {
  const context = bench.context('one', 'a'.repeat(40));
  for (const id of ['../../app', 'r-../x-00000000', '/etc', '']) {
    await expect(bench.target().discard(context, { id })).rejects.toMatchObject({ code: 'RELEASE_UNKNOWN' });
  }
});

const install = 'npm ci --offline --no-audit --no-fund --loglevel=error && echo ran >> ../install-ran';
const installed = (id: string) => existsSync(join(bench.home, 'releases', id, 'install-ran'));

test('an install is taken over as long as what it reads is the same', async () => {
  const target = bench.target({ install, build: 'node -e "console.log(require(\'greeting\'))" > greeting.txt' });
  const one = await target.stage(bench.context('one', bench.repository.commit(appWithDependency('1'))));
  expect(installed(one.id)).toBe(true);
  const two = await target.stage(bench.context('two', bench.repository.commit({ 'version.txt': '2' })));
  expect(installed(two.id), 'the second release takes the install over').toBe(false);
  expect(readFileSync(tree(two.id, 'greeting.txt'), 'utf8')).toBe('hello\n');
  writeFileSync(tree(two.id, 'node_modules/written-by-app'), 'x');
  const lockfile = { 'package-lock.json': `${appWithDependency('1')['package-lock.json']}\n` };
  const three = await target.stage(bench.context('three', bench.repository.commit(lockfile)));
  expect(installed(three.id), 'another lockfile installs').toBe(true);
  const four = await target.stage(bench.context('four', bench.repository.commit({ 'version.txt': '4' })));
  expect(installed(four.id)).toBe(false);
  expect(existsSync(tree(four.id, 'node_modules/written-by-app')), 'releases share no files').toBe(false);
});

test('a local package that changed is installed again, and so is an app with install scripts of its own', async () => {
  const target = bench.target({ install });
  await target.stage(bench.context('one', bench.repository.commit(appWithDependency('1'))));
  const changed = bench.repository.commit({ 'greeting/index.cjs': `module.exports = 'good day';` });
  expect(installed((await target.stage(bench.context('two', changed))).id)).toBe(true);
  const scripts = {
    'package.json': JSON.stringify({
      name: 'app',
      version: '1.0.0',
      scripts: { postinstall: 'true' },
      dependencies: { greeting: 'file:./greeting' },
    }),
  };
  const scripted = bench.repository.commit(scripts);
  await target.stage(bench.context('three', scripted));
  expect(installed((await target.stage(bench.context('four', scripted))).id)).toBe(true);
});
