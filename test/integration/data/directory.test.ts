/** A directory as protected data: what is kept, what is refused, and what happens without room. */
import { execFileSync } from 'node:child_process';
import { chmod, chown, lstat, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectoryData } from '../../../src/databases/directory.ts';
import { dataContext, describeTree, withFolder } from './subjects.ts';

const isRoot = process.getuid?.() === 0;

interface Bench {
  readonly path: string;
  readonly snapshots: string;
}

function withTree(job: (bench: Bench) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const bench = { path: join(folder, 'live'), snapshots: join(folder, 'snapshots') };
    await mkdir(bench.path);
    await writeFile(join(bench.path, 'file'), 'content');
    await job(bench);
  });
}

const dataAt = (bench: Bench, limitMs?: number) =>
  createDirectoryData({ what: 'the tree', ...bench, ...(limitMs === undefined ? {} : { limitMs }) });

test('modes, owners, links, empty and closed directories, strange names and times come back', () =>
  withTree(async (bench) => {
    const { path } = bench;
    await mkdir(join(path, 'empty'), { mode: 0o711 });
    await mkdir(join(path, 'closed'));
    await writeFile(join(path, 'closed', 'ünï\n"code'), 'x', { mode: 0o400 });
    await writeFile(join(path, 'tool'), '#!/bin/sh\n');
    await symlink('/nowhere/at/all', join(path, 'dangling'));
    if (isRoot) await chown(join(path, 'tool'), 1234, 4321);
    await chmod(join(path, 'tool'), 0o4755);
    await chmod(join(path, 'closed'), 0o500);
    const before = await describeTree(path);
    const { mtimeMs } = await lstat(join(path, 'tool'));
    const data = dataAt(bench);
    const snapshot = await data.snapshot(dataContext(), 'one');
    await rm(path, { recursive: true });
    await data.restore(dataContext(), snapshot);
    expect(await describeTree(path)).toEqual(before);
    expect((await lstat(join(path, 'tool'))).mtimeMs).toBeCloseTo(mtimeMs, 0);
  }));

test('a change of a mode, a link or an empty directory alone is a change', () =>
  withTree(async (bench) => {
    const data = dataAt(bench);
    await symlink('a', join(bench.path, 'link'));
    const seen = new Set([(await data.fingerprint(dataContext())).content]);
    await chmod(join(bench.path, 'file'), 0o600);
    seen.add((await data.fingerprint(dataContext())).content);
    await rm(join(bench.path, 'link'));
    await symlink('b', join(bench.path, 'link'));
    seen.add((await data.fingerprint(dataContext())).content);
    await mkdir(join(bench.path, 'empty'));
    seen.add((await data.fingerprint(dataContext())).content);
    expect(seen.size).toBe(4);
  }));

test('a directory that did not exist is restored by removing it', () =>
  withTree(async (bench) => {
    await rm(bench.path, { recursive: true });
    const data = dataAt(bench);
    const snapshot = await data.snapshot(dataContext(), 'one');
    await mkdir(bench.path);
    await writeFile(join(bench.path, 'made-by-the-new-release'), 'x');
    await data.restore(dataContext(), snapshot);
    expect(await readdir(join(bench.path, '..'))).toEqual(['snapshots']);
  }));

test('behind a symbolic link the directory is restored and the link stays', () =>
  withTree(async (bench) => {
    const real = join(bench.path, '..', 'real');
    await rename(bench.path, real);
    await symlink('real', bench.path);
    const data = dataAt(bench);
    const snapshot = await data.snapshot(dataContext(), 'one');
    await writeFile(join(real, 'file'), 'changed');
    await data.restore(dataContext(), snapshot);
    expect(await readlink(bench.path)).toBe('real');
    expect((await data.writesSince(dataContext(), snapshot)).count).toBe(0);
  }));

test('writes are counted as files that differ', () =>
  withTree(async (bench) => {
    const data = dataAt(bench);
    await writeFile(join(bench.path, 'goes'), 'x');
    const snapshot = await data.snapshot(dataContext(), 'one');
    await rm(join(bench.path, 'goes'));
    await writeFile(join(bench.path, 'file'), 'CONTENT');
    await writeFile(join(bench.path, 'comes'), 'x');
    expect(await data.writesSince(dataContext(), snapshot)).toEqual({ count: 3, unit: 'files' });
  }));

test('a named pipe is refused by name, and leaves no snapshot', () =>
  withTree(async (bench) => {
    execFileSync('mkfifo', [join(bench.path, 'pipe')]);
    const data = dataAt(bench);
    await expect(data.snapshot(dataContext(), 'one')).rejects.toMatchObject({
      code: 'DATA_FAILED',
      message: expect.stringContaining('/pipe') as string,
      why: expect.stringContaining('named pipe') as string,
    });
    expect(await data.find(dataContext(), 'one')).toBeNull();
  }));

test('a tree that is written all the time is not taken for a consistent one', () =>
  withTree(async (bench) => {
    const data = dataAt(bench);
    for (let n = 0; n < 30; n += 1) await writeFile(join(bench.path, `file-${n}`), 'x'.repeat(50_000));
    let writing = true;
    const writer = (async () => {
      for (let n = 0; writing; n += 1) await writeFile(join(bench.path, `file-${n % 30}`), `${n}`.repeat(20_000));
    })();
    try {
      await expect(data.snapshot(dataContext(), 'one')).rejects.toMatchObject({ code: 'DATA_FAILED', retry: 'later' });
    } finally {
      writing = false;
      await writer;
    }
    expect(await data.find(dataContext(), 'one')).toBeNull();
    expect((await data.snapshot(dataContext(), 'one')).fingerprint.items).toBe(31);
  }));

test('no snapshot is taken of what an interrupted restore has moved away', () =>
  withTree(async (bench) => {
    await rename(bench.path, `${bench.path}.belay-old`);
    await expect(dataAt(bench).snapshot(dataContext(), 'one')).rejects.toMatchObject({
      code: 'DATA_FAILED',
      next: 'belay resume',
    });
  }));

test('snapshots inside the data are refused when configured', () =>
  withTree(async (bench) => {
    expect(() => dataAt({ ...bench, snapshots: join(bench.path, 'snapshots') })).toThrow(/inside the data/);
  }));

test('a time limit ends the work and says so', () =>
  withTree(async (bench) => {
    await writeFile(join(bench.path, 'big'), Buffer.alloc(64_000_000));
    await expect(dataAt(bench, 1).fingerprint(dataContext())).rejects.toMatchObject({ code: 'TIMEOUT' });
  }));

/** A small file system of its own, where this process may mount one. */
function mounts(): boolean {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return isRoot && process.platform === 'linux';
  } catch {
    return false;
  }
}

async function withMount(folder: string, size: string, job: () => Promise<void>): Promise<void> {
  await mkdir(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  try {
    await job();
  } finally {
    execFileSync('umount', [folder]);
  }
}

test.skipIf(!mounts())('without room nothing is written', () =>
  withTree(async (bench) => {
    await writeFile(join(bench.path, 'big'), Buffer.alloc(3_000_000, 1));
    await withMount(bench.snapshots, '2m', async () => {
      const data = dataAt(bench);
      const { needed, free } = await data.room(dataContext());
      expect(free).toBeLessThan(needed);
      await expect(data.snapshot(dataContext(), 'one')).rejects.toMatchObject({ code: 'NO_ROOM' });
      expect(await readdir(bench.snapshots)).toEqual([]);
    });
  }),
);

test.skipIf(!mounts())('a mount point is refused before anything is written', () =>
  withTree(async (bench) => {
    await withMount(join(bench.path, 'volume'), '1m', async () => {
      const data = dataAt(bench);
      await expect(data.snapshot(dataContext(), 'one')).rejects.toMatchObject({
        code: 'DATA_FAILED',
        why: expect.stringContaining('mount point') as string,
      });
    });
  }),
);
