/** The suite that all protected data passes. Needs no test runner of ours: hand in your runner's `test`. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isProblem, type ProblemCode } from '../core/errors.ts';
import type { DataContext, ProtectedData, Snapshot } from '../databases/database.ts';

/** Data with some content, of which no snapshot was taken yet. */
export interface DataSubject {
  readonly data: ProtectedData;
  readonly ctx: DataContext;
  /** Folder given for the snapshots. */
  readonly snapshots: string;
  /** Everything as the application would read it. */
  read(): Promise<string>;
  /** Changes, adds and removes something, and has ended when it resolves. */
  write(): Promise<void>;
  /** Loses all of the data. */
  lose(): Promise<void>;
  close(): Promise<void>;
}

export interface DataContract {
  /** `test` of Vitest, node:test, or anything alike. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
  readonly name: string;
  readonly make: () => Promise<DataSubject>;
}

type Case = (subject: DataSubject) => Promise<void>;

const hasCode = (code: ProblemCode) => (error: unknown) => isProblem(error, code);

/** Files of a snapshot, the longest path (so: data, where there is any) first. */
async function filesOf({ path }: Snapshot): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.sort((a, b) => b.length - a.length);
}

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 0x01;
  await writeFile(path, bytes);
}

/** A damaged snapshot must be noticed by all who would use it, and cost nothing that is live. */
async function isRefused({ data, ctx, read }: DataSubject, snapshot: Snapshot, file: string): Promise<void> {
  const before = await read();
  const damaged = (error: unknown) => {
    assert.ok(isProblem(error, 'SNAPSHOT_DAMAGED'), String(error));
    assert.match(`${error.message} ${error.why}`, new RegExp(file), 'the damaged file must be named');
    return true;
  };
  await assert.rejects(data.find(ctx, snapshot.id), damaged, 'find');
  await assert.rejects(data.verify(ctx, snapshot), damaged, 'verify');
  await assert.rejects(data.restore(ctx, snapshot), damaged, 'restore');
  assert.equal(await read(), before, 'the live data was touched');
}

const CASES: Readonly<Record<string, Case>> = {
  async 'a fingerprint stays while nothing changes, and changes with the data'({ data, ctx, write }) {
    const one = await data.fingerprint(ctx);
    assert.deepEqual(await data.fingerprint(ctx), one);
    await write();
    assert.notEqual((await data.fingerprint(ctx)).content, one.content);
  },

  async 'a snapshot has the fingerprint of the data, and is found again'({ data, ctx, read }) {
    const before = await read();
    const live = await data.fingerprint(ctx);
    const snapshot = await data.snapshot(ctx, 'first');
    assert.deepEqual(snapshot.fingerprint, live);
    assert.deepEqual(await data.find(ctx, 'first'), snapshot);
    assert.equal(await data.find(ctx, 'second'), null);
    assert.equal(await read(), before);
    assert.deepEqual(await data.fingerprint(ctx), live, 'taking a snapshot changed the data');
  },

  async 'a snapshot of the same id is the first one, whatever was written since'({ data, ctx, write }) {
    const first = await data.snapshot(ctx, 'same');
    await write();
    assert.deepEqual(await data.snapshot(ctx, 'same'), first);
  },

  async 'a restore brings back what was there, and can be repeated'({ data, ctx, read, write }) {
    const before = await read();
    const snapshot = await data.snapshot(ctx, 'first');
    await write();
    assert.notEqual(await read(), before, 'write() must change what is read');
    assert.deepEqual(await data.restore(ctx, snapshot), snapshot.fingerprint);
    assert.equal(await read(), before);
    assert.deepEqual(await data.restore(ctx, snapshot), snapshot.fingerprint);
    assert.equal(await read(), before);
    assert.deepEqual(await data.fingerprint(ctx), snapshot.fingerprint);
  },

  async 'data that was lost altogether comes back'({ data, ctx, read, lose }) {
    const before = await read();
    const snapshot = await data.snapshot(ctx, 'first');
    await lose();
    assert.deepEqual(await data.restore(ctx, snapshot), snapshot.fingerprint);
    assert.equal(await read(), before);
  },

  async 'of two snapshots each brings back its own state'({ data, ctx, read, write }) {
    const states: [string, Snapshot][] = [];
    for (const id of ['first', 'second']) {
      states.push([await read(), await data.snapshot(ctx, id)]);
      await write();
    }
    for (const [before, snapshot] of [...states, ...states]) {
      await data.restore(ctx, snapshot);
      assert.equal(await read(), before);
    }
  },

  async 'a test restore gives the fingerprint and leaves the live data alone'({ data, ctx, read, write }) {
    const snapshot = await data.snapshot(ctx, 'first');
    await write();
    const before = await read();
    assert.deepEqual(await data.verify(ctx, snapshot), snapshot.fingerprint);
    assert.equal(await read(), before);
  },

  async 'writes since a snapshot are counted'({ data, ctx, write }) {
    const snapshot = await data.snapshot(ctx, 'first');
    assert.equal((await data.writesSince(ctx, snapshot)).count, 0);
    await write();
    assert.ok((await data.writesSince(ctx, snapshot)).count > 0);
    await data.restore(ctx, snapshot);
    assert.equal((await data.writesSince(ctx, snapshot)).count, 0, 'after the restore nothing differs');
  },

  async 'one flipped byte in a snapshot is found, and nothing is restored from it'(subject) {
    const snapshot = await subject.data.snapshot(subject.ctx, 'first');
    await subject.write();
    const [file = ''] = await filesOf(snapshot);
    await flipByte(file);
    await isRefused(subject, snapshot, file.slice(file.lastIndexOf('/') + 1));
  },

  async 'a cut-off manifest is found, and nothing is restored by it'(subject) {
    const snapshot = await subject.data.snapshot(subject.ctx, 'first');
    await subject.write();
    await truncate(join(snapshot.path, 'manifest.json'), 40);
    await isRefused(subject, snapshot, 'manifest.json');
  },

  async 'another snapshot in the place of the recorded one is not restored'({ data, ctx, read, write }) {
    const recorded = await data.snapshot(ctx, 'first');
    await data.remove(ctx, 'first');
    await write();
    await data.snapshot(ctx, 'first');
    const before = await read();
    await assert.rejects(data.restore(ctx, recorded), hasCode('SNAPSHOT_DAMAGED'));
    assert.equal(await read(), before);
  },

  async 'a snapshot that was never completed is none'({ data, ctx, snapshots }) {
    await mkdir(join(snapshots, 'first.partial', 'data'), { recursive: true });
    await writeFile(join(snapshots, 'first.partial', 'data', 'half'), 'half');
    assert.equal(await data.find(ctx, 'first'), null);
    const snapshot = await data.snapshot(ctx, 'first');
    assert.deepEqual(await data.verify(ctx, snapshot), snapshot.fingerprint);
  },

  async 'a removed snapshot is gone without a rest, and removing it again is fine'({ data, ctx, snapshots }) {
    await data.snapshot(ctx, 'first');
    await data.remove(ctx, 'first');
    await data.remove(ctx, 'first');
    assert.equal(await data.find(ctx, 'first'), null);
    assert.deepEqual(await readdir(snapshots), []);
  },

  async 'an id cannot lead out of the folder'({ data, ctx }) {
    for (const id of ['../outside', 'a/b', '..', '']) {
      await assert.rejects(data.find(ctx, id), hasCode('SNAPSHOT_UNKNOWN'), id);
      await assert.rejects(data.remove(ctx, id), hasCode('SNAPSHOT_UNKNOWN'), id);
    }
  },

  async 'room is told in bytes'({ data, ctx }) {
    const { needed, free } = await data.room(ctx);
    assert.ok(needed > 0, 'needed');
    assert.ok(free > 0, 'free');
  },

  async 'a cancelled restore changes nothing'({ data, ctx, read, write }) {
    const snapshot = await data.snapshot(ctx, 'first');
    await write();
    const before = await read();
    await assert.rejects(
      data.restore({ ...ctx, signal: AbortSignal.abort(new Error('cancelled')) }, snapshot),
      /cancelled/,
    );
    assert.equal(await read(), before);
  },
};

/** Registers one test per promise of `ProtectedData`. */
export function dataContract({ test, name, make }: DataContract): void {
  for (const [promise, run] of Object.entries(CASES)) {
    test(`${name}: ${promise}`, async () => {
      const subject = await make();
      try {
        await run(subject);
      } finally {
        await subject.close();
      }
    });
  }
}
