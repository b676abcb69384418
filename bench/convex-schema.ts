/** The Convex comparison: whether its answers hold against brute force, and how long a large schema takes. */
import fc from 'fast-check';
import { diffConvex } from '../src/schema/convex/index.ts';
import { judgePair } from '../test/support/convex/judge.ts';
import { pair } from '../test/support/convex/validators.ts';
import { largeSchema } from './support/large-schema.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { median } from './support/statistics.ts';

const PAIRS = 60_000;
const SLICE = 2_000;
const TABLES = 1_000;
const ROUNDS = 7;

/** Random pairs with one seed a slice, so that a failure can be asked for again. */
function bruteForce(): BenchRow {
  const tally = { yes: 0, no: 0, wrong: 0, unproven: 0 };
  for (let seed = 1; seed <= PAIRS / SLICE; seed++) {
    for (const [old, next] of fc.sample(pair, { seed, numRuns: SLICE })) {
      const { yes, no, wrong, unproven } = judgePair(old, next);
      tally.yes += yes;
      tally.no += no;
      tally.wrong += wrong.length;
      tally.unproven += unproven.length;
      for (const told of [...wrong, ...unproven]) process.stderr.write(`${told}\n`);
    }
  }
  return { case: `brute force, ${PAIRS} pairs × 4 questions`, ...tally };
}

function speed(changed: boolean): BenchRow {
  const old: unknown = JSON.parse(largeSchema(TABLES, false));
  const next: unknown = JSON.parse(largeSchema(TABLES, changed));
  const times = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    diffConvex(old, next);
    return performance.now() - started;
  });
  const name = `${TABLES} tables × 20 fields, ${changed ? 'every table changed' : 'nothing changed'}`;
  return { case: name, 'median ms': Math.round(median(times)), 'first ms': Math.round(times[0] ?? 0) };
}

export const bench: Bench = {
  title: 'Convex schema comparison',
  run: () => Promise.resolve([speed(false), speed(true), bruteForce()]),
};
