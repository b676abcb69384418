/** What is kept of a commit's schema, and where nothing is kept. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rememberedSchema } from './convex-cache.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'belay-cache-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** How often each was read. */
function counted() {
  let reads = 0;
  const ask = async (project: string, commit: string) => {
    const schema = await rememberedSchema(root, project, commit, () =>
      Promise.resolve({ tables: [], at: commit, n: ++reads }),
    );
    return { schema, reads };
  };
  return ask;
}

test('a commit is read once, each project and each version of convex by itself', async () => {
  mkdirSync(join(root, '.belay'));
  const ask = counted();
  expect(await ask('', 'a')).toEqual({ schema: { tables: [], at: 'a', n: 1 }, reads: 1 });
  expect(await ask('', 'a')).toEqual({ schema: { tables: [], at: 'a', n: 1 }, reads: 1 });
  expect((await ask('', 'b')).reads).toBe(2);
  expect((await ask('apps/web/', 'a')).reads).toBe(3);
  mkdirSync(join(root, 'node_modules/convex'), { recursive: true });
  writeFileSync(join(root, 'node_modules/convex/package.json'), '{"version":"1.48.0"}');
  expect((await ask('', 'a')).reads).toBe(4);
});

test('half a file is read anew, and a failure is not kept', async () => {
  mkdirSync(join(root, '.belay'));
  const ask = counted();
  await ask('', 'a');
  const folder = join(root, '.belay/cache/convex');
  for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '{"sche');
  expect((await ask('', 'a')).reads).toBe(2);
  await expect(rememberedSchema(root, '', 'c', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect((await ask('', 'c')).reads).toBe(3);
});

test('a repository without Belay is left as it is', async () => {
  const ask = counted();
  await ask('', 'a');
  expect((await ask('', 'a')).reads).toBe(2);
  expect(existsSync(join(root, '.belay'))).toBe(false);
});
