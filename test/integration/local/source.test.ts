import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveDirectory } from '../../../src/sources/directory.ts';
import { resolveSource } from '../../../src/sources/git.ts';
import { createExec } from '../../../src/util/exec.ts';
import { archiveNotices } from '../../../src/util/git.ts';
import { createRepository, httpApp, writeFiles } from '../../fixtures/apps/app-repository.ts';
import { BASE } from './setup.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'belay-source-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const exec = createExec(BASE);

test('says what a commit is: hash, branch, tag, subject, author, time, and what is not in it', async () => {
  const repository = createRepository(join(root, 'app'));
  const commit = repository.commit(httpApp('1'), 'Show the basket');
  repository.git('tag', 'v1.0.0');
  writeFiles(repository.path, {
    'version.txt': 'changed',
    'new file.txt': 'x',
    'other.txt': 'y',
    '.belay/journal.db': 'j',
  });
  const source = await resolveSource(exec, repository.path);
  expect(source).toMatchObject({
    commit,
    branch: 'main',
    tag: 'v1.0.0',
    subject: 'Show the basket',
    author: 'Mia',
    uncommitted: 3,
  });
  expect(Date.parse(source.committedAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
});

test('resolves branches, tags and abbreviated hashes', async () => {
  const repository = createRepository(join(root, 'app'));
  const first = repository.commit(httpApp('1'));
  repository.git('tag', 'v1');
  repository.git('branch', 'release');
  repository.commit(httpApp('2'));
  expect(await resolveSource(exec, repository.path, 'release')).toMatchObject({
    commit: first,
    branch: 'release',
    uncommitted: 0,
  });
  expect(await resolveSource(exec, repository.path, 'v1')).toMatchObject({ commit: first, tag: 'v1' });
  const short = await resolveSource(exec, repository.path, first.slice(0, 9));
  expect(short).toMatchObject({ commit: first });
  expect(short.branch).toBeUndefined();
});

test('a folder of a repository is a source of its own', async () => {
  const repository = createRepository(join(root, 'app'));
  repository.commit({ 'services/web/a.txt': 'a', 'services/api/b.txt': 'b' });
  writeFiles(repository.path, { 'services/api/b.txt': 'changed' });
  expect(await resolveSource(exec, join(repository.path, 'services/web'))).toMatchObject({ uncommitted: 0 });
  expect(await resolveSource(exec, join(repository.path, 'services/api'))).toMatchObject({ uncommitted: 1 });
});

test('a folder that is no repository is refused with the two ways out', async () => {
  mkdirSync(join(root, 'plain'));
  const problem = await resolveSource(exec, join(root, 'plain')).catch((error: unknown) => error);
  expect(problem).toMatchObject({ code: 'SOURCE_INVALID', next: expect.stringMatching(/ init, or set .*directory/) });
  await expect(resolveSource(exec, join(root, 'nowhere'))).rejects.toThrow('does not exist');
});

test('an unknown name is refused with the closest one', async () => {
  const repository = createRepository(join(root, 'app'));
  repository.commit(httpApp('1'));
  repository.git('branch', 'feature/basket');
  const problem = await resolveSource(exec, repository.path, 'feature/baskte').catch((error: unknown) => error);
  expect(problem).toMatchObject({ code: 'SOURCE_INVALID', why: 'the closest name is feature/basket' });
  await expect(resolveSource(exec, repository.path, '--upload-pack=x')).rejects.toMatchObject({
    code: 'SOURCE_INVALID',
  });
});

test('an empty repository is refused with the command that helps', async () => {
  const repository = createRepository(join(root, 'app'));
  await expect(resolveSource(exec, repository.path)).rejects.toMatchObject({
    code: 'SOURCE_INVALID',
    next: expect.stringContaining('commit'),
  });
});

test('a shallow clone that lacks the commit says so', async () => {
  const repository = createRepository(join(root, 'app'));
  const first = repository.commit(httpApp('1'));
  repository.commit(httpApp('2'));
  execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${repository.path}`, join(root, 'clone')], {
    stdio: 'ignore',
  });
  const problem = await resolveSource(exec, join(root, 'clone'), first).catch((error: unknown) => error);
  expect(problem).toMatchObject({
    why: expect.stringContaining('shallow'),
    next: expect.stringContaining('--unshallow'),
  });
});

test('submodules and large files are noticed', async () => {
  const library = createRepository(join(root, 'library'));
  library.commit({ 'a.txt': 'a' });
  const repository = createRepository(join(root, 'app'));
  repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.path, 'vendor/library');
  const commit = repository.commit({ '.gitattributes': '*.png filter=lfs\n' });
  const notices = await archiveNotices(exec, repository.path, commit);
  expect(notices.join('\n')).toContain('vendor/library');
  expect(notices.join('\n')).toContain('git-lfs');
});

test('a directory is known by its content, whatever else lies in it', async () => {
  writeFiles(root, { 'a/b.txt': '1', 'node_modules/x/index.js': 'x', '.belay/journal.db': 'j' });
  const before = (await resolveDirectory(root)).commit;
  expect(before).toMatch(/^dir-[0-9a-f]{40}$/);
  writeFileSync(join(root, 'node_modules/x/index.js'), 'y');
  expect((await resolveDirectory(root)).commit).toBe(before);
  writeFileSync(join(root, 'a/b.txt'), '2');
  expect((await resolveDirectory(root)).commit).not.toBe(before);
  await expect(resolveDirectory(join(root, 'a/b.txt'))).rejects.toMatchObject({ code: 'SOURCE_INVALID' });
});
