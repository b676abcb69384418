/** A disk that is full, fails or loses power in the middle of a system call; faults are injected by strace. */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isProblem } from '../../../src/core/errors.ts';
import { paused } from '../../../src/testing/store-suite.ts';
import { Places } from './places.ts';
import { after, start } from './program.ts';
import { openAt, request, requireSound, takeOver } from './subject.ts';

const places = new Places();
afterAll(() => places.close());

const canMount = process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0;
const canTrace = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0;

function fill(path: string): void {
  const handle = openSync(path, 'w');
  try {
    for (const size of [65_536, 4_096, 1]) {
      try {
        for (;;) writeSync(handle, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(handle);
  }
}

describe.skipIf(!canMount)('a full disk', () => {
  test('refuses to write, still frees the lease, starts nothing without headroom, and recovers', async () => {
    const folder = join(places.folder, 'small');
    mkdirSync(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'belay-test', folder]);
    const location = { path: join(folder, 'history.db') };
    const store = await openAt(location);
    try {
      const fence = await takeOver(store, 'first');
      await store.append(fence, [paused('kept')]);
      fill(join(folder, 'filler'));
      await expect(store.append(fence, [paused('lost', 'x'.repeat(50_000))])).rejects.toSatisfy((error) =>
        isProblem(error, 'STORE_FULL'),
      );
      expect((await store.read({ environment: 'production' })).map((event) => event.id)).toEqual(['kept']);
      await store.leases.release(fence);
      expect((await store.leases.read('production'))?.holder).toBeNull();
      fill(join(folder, 'filler-2'));
      await expect(store.leases.acquire('production', request('second'))).rejects.toSatisfy((error) =>
        isProblem(error, 'STORE_FULL'),
      );
      for (const name of ['filler', 'filler-2']) rmSync(join(folder, name));
      await store.append(await takeOver(store, 'third'), [paused('later')]);
      await requireSound(location, ['kept', 'later']);
    } finally {
      await store.close();
      // Lazily: libsql lets go of the file only when its statements are collected.
      execFileSync('umount', ['--lazy', folder]);
    }
  });
});

/** System call, what happens to it, at which of its calls. A take-over and three appends make about 22 fsyncs. */
const FAULTS = [
  ...[1, 2, 5, 10, 16].flatMap((n) => [`fsync:error=EIO:when=${n}`, `fsync:signal=SIGKILL:when=${n}`]),
  ...[1, 20, 47].flatMap((n) => [`pwrite64:error=ENOSPC:when=${n}`, `pwrite64:signal=SIGKILL:when=${n}`]),
  ...[2, 13, 27].map((n) => `pwrite64:error=EIO:when=${n}`),
  ...[1, 2, 3].flatMap((n) => [`unlink:error=EIO:when=${n}`, `unlink:signal=SIGKILL:when=${n}`]),
];

if (!canTrace) process.stdout.write('strace cannot run here: the faults of the disk were not tested\n');

describe.skipIf(!canTrace)('a fault in a system call', () => {
  test.each(FAULTS)('%s leaves the store sound', async (fault) => {
    const location = await places.make('sqlite');
    const record = join(places.folder, 'strace.txt');
    const traced = ['strace', '-f', '-qq', '-e', 'trace=fsync,pwrite64,unlink', '-o', record];
    const writer = start('writer', [location, 'w', 3], [...traced, '-e', `inject=${fault}`]);
    const end = await writer.ended;
    expect(statSync(record).size, 'the store made system calls').toBeGreaterThan(0);
    const acknowledged = after(writer, 'ack');
    if (fault.includes('SIGKILL')) expect(writer.lines).not.toContain('done');
    // An error is either survived by trying again, or said as a problem: never a stack trace of something else.
    else
      expect(writer.lines.includes('done') || after(writer, 'problem').length > 0, `${end} ${writer.errors()}`).toBe(
        true,
      );
    const stored = await requireSound(location, acknowledged);
    expect(stored - acknowledged.length).toBeLessThanOrEqual(1);
    const store = await openAt(location);
    await store.append(await takeOver(store, 'next'), [paused('next')]);
    await store.close();
    await requireSound(location, [...acknowledged, 'next']);
  });
});
