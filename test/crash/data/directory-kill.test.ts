/** A directory's snapshot and restore, killed at many instants: run again, the result is exact. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectoryData } from '../../../src/databases/directory.ts';
import { dataContext, describeTree, withFolder } from '../../integration/data/subjects.ts';
import { instants, runJob } from './killing.ts';
import { repeated } from '../../support/repeated.ts';

const KILLS = repeated(5);

async function fillTree(path: string): Promise<void> {
  for (let folder = 0; folder < 6; folder += 1) {
    await mkdir(join(path, `folder-${folder}`, 'empty'), { recursive: true });
    for (let file = 0; file < 8; file += 1) {
      await writeFile(join(path, `folder-${folder}`, `file-${file}`), randomBytes(40_000), { mode: 0o640 });
    }
  }
  await symlink('folder-1/file-1', join(path, 'link'));
}

/** What a migration that was killed in the middle leaves: some files rewritten, some cut, some gone. */
async function halfMigrate(path: string): Promise<void> {
  for (let folder = 0; folder < 6; folder += 1) {
    await writeFile(join(path, `folder-${folder}`, 'file-1'), 'migrated');
    await writeFile(join(path, `folder-${folder}`, 'file-2'), '');
    await rm(join(path, `folder-${folder}`, 'file-3'), { force: true });
    await writeFile(join(path, `new-${folder}`), 'new format');
  }
}

test(`a restore killed at ${KILLS} instants and run again is byte for byte the snapshot`, () =>
  withFolder(async (folder) => {
    const options = { what: 'the tree', path: join(folder, 'live'), snapshots: join(folder, 'snapshots') };
    const data = createDirectoryData(options);
    const ctx = dataContext();
    await fillTree(options.path);
    const before = await describeTree(options.path);
    const snapshot = await data.snapshot(ctx, 'one');
    const job = { kind: 'directory', options, action: 'restore', id: 'one' } as const;
    await halfMigrate(options.path);
    const { ms } = await runJob(job, null);
    expect(await describeTree(options.path)).toEqual(before);
    let killed = 0;
    for (const instant of instants(KILLS, ms)) {
      await halfMigrate(options.path);
      if ((await runJob(job, instant)).killed) killed += 1;
      const places = [options.path, `${options.path}.belay-old`, `${options.path}.belay-restore`];
      expect(
        places.some((place) => existsSync(place)),
        `no copy beside the snapshot after ${instant} ms`,
      ).toBe(true);
      await data.restore(ctx, snapshot);
      expect(await describeTree(options.path), `killed after ${instant} ms of ${ms}`).toEqual(before);
      expect((await readdir(folder)).sort(), 'nothing is left beside it').toEqual(['live', 'snapshots']);
    }
    expect(killed, 'the kills must have hit').toBeGreaterThan(KILLS / 3);
  }));

test(`a snapshot killed at ${KILLS} instants is never found half, and succeeds when run again`, () =>
  withFolder(async (folder) => {
    const options = { what: 'the tree', path: join(folder, 'live'), snapshots: join(folder, 'snapshots') };
    const data = createDirectoryData(options);
    const ctx = dataContext();
    await fillTree(options.path);
    const fingerprint = await data.fingerprint(ctx);
    const { ms } = await runJob({ kind: 'directory', options, action: 'snapshot', id: 'first' }, null);
    let unfinished = 0;
    for (const [index, instant] of instants(KILLS, ms).entries()) {
      const id = `kill-${index}`;
      await runJob({ kind: 'directory', options, action: 'snapshot', id }, instant);
      const found = await data.find(ctx, id);
      if (found === null) unfinished += 1;
      else expect(found.fingerprint).toEqual(fingerprint);
      const again = await data.snapshot(ctx, id);
      expect(await data.verify(ctx, again)).toEqual(fingerprint);
      await data.remove(ctx, id);
    }
    expect(unfinished, 'the kills must have hit').toBeGreaterThan(KILLS / 3);
    expect(await readdir(options.snapshots)).toEqual(['first']);
  }));
