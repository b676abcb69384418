/** Entry of the bundle: seeds in, violations out. */
import { simulate, type Result } from './simulate.ts';
import type { ProfileName } from './faults.ts';

export interface Batch {
  readonly runs: number;
  readonly failed: readonly Result[];
  readonly counts: ReadonlyMap<string, number>;
}

/** Runs seeds one after the other; stops at `enough` failures. */
export async function simulateMany(
  from: number,
  count: number,
  options: { profile?: ProfileName; enough?: number; seen?: (done: number) => void } = {},
): Promise<Batch> {
  const failed: Result[] = [];
  const counts = new Map<string, number>();
  let runs = 0;
  // Nobody reads the stacks of problems that are part of the play.
  Error.stackTraceLimit = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const result = await simulate(seed, options.profile ? { profile: options.profile } : {});
    runs += 1;
    if (result.violations.length > 0) failed.push(result);
    for (const [name, times] of result.counts) counts.set(name, (counts.get(name) ?? 0) + times);
    if (failed.length >= (options.enough ?? 1)) break;
    options.seen?.(runs);
  }
  return { runs, failed, counts };
}

export { simulate };
