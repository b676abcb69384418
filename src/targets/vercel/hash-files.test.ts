import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contentOf, hashFiles, listTree } from './hash-files.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'belay-hash-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const sha1 = (bytes: string | Buffer) => createHash('sha1').update(bytes).digest('hex');

test('files of any size, programs and links are told by what is in them', async () => {
  const large = randomBytes(2 * 1024 * 1024 + 7);
  const exact = randomBytes(1024 * 1024);
  mkdirSync(join(root, 'sub'));
  writeFileSync(join(root, 'sub/large.bin'), large);
  writeFileSync(join(root, 'exact.bin'), exact);
  writeFileSync(join(root, 'empty'), '');
  writeFileSync(join(root, 'run.sh'), 'echo');
  chmodSync(join(root, 'run.sh'), 0o700);
  symlinkSync('run.sh', join(root, 'link'));
  const files = await hashFiles(root, await listTree(root));
  expect(files).toEqual([
    { file: 'empty', sha: sha1(''), size: 0, mode: 0o100644 },
    { file: 'exact.bin', sha: sha1(exact), size: exact.length, mode: 0o100644 },
    { file: 'link', sha: sha1('run.sh'), size: 6, mode: 0o120777 },
    { file: 'run.sh', sha: sha1('echo'), size: 4, mode: 0o100755 },
    { file: 'sub/large.bin', sha: sha1(large), size: large.length, mode: 0o100644 },
  ]);
  for (const file of files) expect(sha1(Buffer.from(await contentOf(root, file)))).toBe(file.sha);
});

test('stops when it is told to', async () => {
  writeFileSync(join(root, 'large.bin'), randomBytes(48 * 1024 * 1024));
  await expect(hashFiles(root, ['large.bin'], AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
});
