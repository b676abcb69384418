/** What breaks every method that counts requests, with and without what Belay does about it; and promotion of good releases. */
import { type Cell, CONFOUNDED, PROMOTION } from './canary/cells.ts';
import { isDrawable } from './canary/batches.ts';
import { openPool } from './canary/pool.ts';
import { PLAIN_STUDY, type Study } from './canary/rollout.ts';
import { runsOf, SCALE } from './canary/scale.ts';
import { pair, percentOf } from './canary/show.ts';
import { type Summary, summarise } from './canary/summary.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { NO_FIGURE, verdict } from './support/statistics.ts';

const FULL_RUNS = 2_000;

interface Case {
  readonly cell: Cell;
  readonly how: string;
  readonly study?: Partial<Study>;
  readonly goal?: { readonly text: string; reached(summary: Summary, chance: number): boolean };
}

/** One in a hundred, and what chance may add to it in so many rollouts. */
const rarely = { text: 'G9: <= 1 %', reached: ({ found }: Summary, chance: number) => found <= 0.01 + chance };
const grace = { seconds: 90, tolerance: 8 };

const CASES: readonly Case[] = [
  { cell: CONFOUNDED.retries, how: 'every request counts', study: { clients: false } },
  { cell: CONFOUNDED.retries, how: 'one outcome per client and minute', goal: rarely },
  { cell: CONFOUNDED.cold, how: 'strict from the start' },
  { cell: CONFOUNDED.cold, how: 'grace of 90 s, x8', study: { grace }, goal: rarely },
  { cell: CONFOUNDED.coldBad, how: 'grace of 90 s, x8', study: { grace } },
  { cell: CONFOUNDED.sickNode, how: 'instances unknown', study: { instances: false } },
  { cell: CONFOUNDED.sickNode, how: 'leave one out', goal: rarely },
  { cell: CONFOUNDED.sickRelease, how: 'leave one out' },
  {
    cell: PROMOTION.good,
    how: 'promotion',
    study: { untilPromoted: true },
    goal: { text: 'G8: median <= 1000', reached: ({ promotedAfter }) => promotedAfter.requests <= 1_000 },
  },
  {
    cell: { ...PROMOTION.good, name: `${PROMOTION.good.name}, errors and latency`, latency: 'same' },
    how: 'promotion',
    study: { untilPromoted: true },
    goal: { text: 'G8: median <= 1000', reached: ({ promotedAfter }) => promotedAfter.requests <= 1_000 },
  },
  {
    cell: PROMOTION.atLimit,
    how: 'promotion',
    // Nearly all would be taken back first: as if nobody looked for that.
    study: { errors: { tolerance: 1.99, promoteBelow: 2, floor: null }, untilPromoted: true },
    goal: { text: 'G8: <= 5 %', reached: ({ promoted }, chance) => promoted <= 0.05 + 2.2 * chance },
  },
];

function rowOf({ cell, how, goal }: Case, summary: Summary): BenchRow {
  const chance = (3.1 * Math.sqrt(0.01 * 0.99)) / Math.sqrt(summary.runs);
  return {
    case: cell.name,
    how,
    rollouts: summary.runs,
    'rolled back %': percentOf(summary.found),
    'after requests p50': Number.isFinite(summary.requests.median) ? summary.requests.median : '–',
    'failed p50': summary.failed,
    'promoted %': percentOf(summary.promoted),
    'promoted after requests / seconds p50': pair(summary.promotedAfter.requests, summary.promotedAfter.seconds),
    ...(goal ? verdict(goal.text, goal.reached(summary, chance)) : NO_FIGURE),
  };
}

export const bench: Bench = {
  title: `Retries, cold starts, sick instances; promotion (scale ${SCALE})`,
  async run() {
    const pool = await openPool();
    try {
      const rows: BenchRow[] = [];
      for (const one of CASES) {
        const endings = await pool.run(
          one.cell,
          { ...PLAIN_STUDY, ...one.study },
          runsOf(FULL_RUNS, isDrawable(one.cell) ? 1_000 : 100),
        );
        rows.push(rowOf(one, summarise(endings['belay'] ?? [])));
      }
      return rows;
    } finally {
      await pool.close();
    }
  },
};
