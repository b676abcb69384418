/** Hashing the files of a build, as the target `vercel` does before it asks Vercel which of them it has. */
import { randomFillSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashFiles, listTree } from '../src/targets/vercel/hash-files.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { median, milliseconds, verdict } from './support/statistics.ts';

const FILES = 5_000;
const A_FOLDER = 100;
const ROUNDS = 5;
const MEGABYTE = 1_000_000;

/** Sizes as a build of a web application has them: most are chunks of some ten kilobytes, a few are large. */
const sizeOf = (index: number): number =>
  index % 500 === 0 ? 4_000_000 : index % 10 === 0 ? 300_000 : 20_000 + (index % 40) * 1_000;

function writeBuild(root: string): number {
  const bytes = randomFillSync(Buffer.alloc(4_000_000));
  let written = 0;
  for (let index = 0; index < FILES; index++) {
    const folder = join(root, `chunks-${Math.floor(index / A_FOLDER)}`);
    if (index % A_FOLDER === 0) mkdirSync(folder);
    const size = sizeOf(index);
    // Each starts elsewhere: no two files are the same.
    writeFileSync(join(folder, `${index}.js`), Buffer.concat([Buffer.from(`${index}\n`), bytes.subarray(0, size)]));
    written += size;
  }
  return written;
}

export const bench: Bench = {
  title: `Hashing a build of ${FILES} files for Vercel`,
  async run(): Promise<readonly BenchRow[]> {
    const root = mkdtempSync(join(tmpdir(), 'belay-bench-hash-'));
    try {
      const bytes = writeBuild(root);
      const times: number[] = [];
      const work: number[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const before = process.cpuUsage();
        const took = await milliseconds(async () => hashFiles(root, await listTree(root)));
        const { user, system } = process.cpuUsage(before);
        // The first round reads from the disk and warms up.
        if (round === 0) continue;
        times.push(took);
        work.push((user + system) / 1_000);
      }
      const rateOf = (ms: readonly number[]) => bytes / MEGABYTE / (median(ms) / 1_000);
      const rate = rateOf(times);
      return [
        {
          case: `${FILES} files, ${Math.round(bytes / MEGABYTE)} MB, listed and hashed`,
          'median ms': Math.round(median(times)),
          'MB/s': Math.round(rate),
          // What a machine that others use too would do if they did not.
          'MB per CPU second': Math.round(rateOf(work)),
          ...verdict('300 MB/s', rate >= 300),
        },
      ];
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
};
