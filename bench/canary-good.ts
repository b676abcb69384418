/** Good releases under every kind of traffic: how many of them are taken back all the same. */
import { isDrawable } from './canary/batches.ts';
import { type Cell, CONFOUNDED, NULLS, TOLERATED } from './canary/cells.ts';
import { clopperPearson } from './canary/clopper-pearson.ts';
import { openPool, type Pool } from './canary/pool.ts';
import { PLAIN_STUDY, type Study } from './canary/rollout.ts';
import { runsOf, SCALE } from './canary/scale.ts';
import { percentOf } from './canary/show.ts';
import { type Ending, summarise } from './canary/summary.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { verdict } from './support/statistics.ts';

const FULL_RUNS = 20_000;
/** What is promised; and at full size 0.8 % may be seen of it. */
const ALPHA = 0.01;
const GOAL_AT_FULL = 0.008;
/** Of all rows together about one is called wrong in a hundred benches of an engine that keeps exactly to alpha. */
const CHANCE = 0.001;

/** By what a rollout costs: counts, latencies too, single requests. */
const LEAST = { counted: 1_000, timed: 400, requested: 200 };
/** The older judges look at single requests to the very end; what they do to good releases shows in few. */
const FULL_PEERS = 200;
const LEAST_PEERS = 10;

interface Null {
  readonly cell: Cell;
  readonly study?: Partial<Study>;
}

const ALL: readonly Null[] = [
  ...NULLS.map((cell) => ({ cell })),
  { cell: TOLERATED, study: { errors: { tolerance: 1.25, promoteBelow: 2, floor: null } } },
  { cell: CONFOUNDED.retries },
  { cell: CONFOUNDED.cold, study: { grace: { seconds: 90, tolerance: 8 } } },
  { cell: CONFOUNDED.sickNode },
];

function leastOf(cell: Cell): number {
  if (!isDrawable(cell)) return LEAST.requested;
  return cell.latency === null ? LEAST.counted : LEAST.timed;
}

const countFalse = (endings: readonly Ending[]): number =>
  endings.filter((ending) => ending.verdict === 'rollback').length;

/** Whether so many are no surprise where `ALPHA` is kept; at full size the goal is sharper. */
function isKept(count: number, runs: number): boolean {
  if (runs >= FULL_RUNS) return count / runs <= GOAL_AT_FULL && clopperPearson(count, runs).high <= ALPHA;
  return clopperPearson(count, runs, 2 * CHANCE).low <= ALPHA;
}

interface Estimate {
  readonly mean: number;
  readonly error: number;
}

function estimateFrom(weights: readonly number[]): Estimate {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  const square = weights.reduce((sum, weight) => sum + (weight - mean) ** 2, 0) / weights.length;
  return { mean, error: Math.sqrt(square / weights.length) };
}

const isShown = ({ mean, error }: Estimate): boolean => mean <= GOAL_AT_FULL && mean + 4 * error <= ALPHA;

interface Measured {
  readonly name: string;
  readonly endings: readonly Ending[];
  readonly estimate: Estimate | null;
  readonly peers: Readonly<Record<string, number>>;
}

function rowOf({ name, endings, estimate, peers }: Measured): BenchRow {
  const [count, runs] = [countFalse(endings), endings.length];
  const { low, high } = clopperPearson(count, runs);
  return {
    'good release': name,
    rollouts: runs,
    'taken back': count,
    '%': percentOf(count / runs),
    '95 % interval': `${percentOf(low)} to ${percentOf(high)}`,
    'by weight %': estimate ? `${percentOf(estimate.mean)} ± ${percentOf(estimate.error)}` : '–',
    'limit 99 % FL1 %': peers['limit 99 %'] ?? '–',
    'limit 95 % FL1 %': peers['limit 95 %'] ?? '–',
    'Mann-Whitney 10/20/30 %': peers['Mann-Whitney'] ?? '–',
    ...verdict('G1: <= 0.8 % seen, <= 1 % sure', isKept(count, runs) && (estimate === null || isShown(estimate))),
  };
}

async function peersOf(pool: Pool, cell: Cell): Promise<Readonly<Record<string, number>>> {
  const endings = await pool.run(cell, { ...PLAIN_STUDY, peers: true }, runsOf(FULL_PEERS, LEAST_PEERS));
  return Object.fromEntries(Object.entries(endings).map(([name, all]) => [name, percentOf(summarise(all).found)]));
}

async function rowsOf(pool: Pool, { cell, study }: Null): Promise<BenchRow[]> {
  const whole = { ...PLAIN_STUDY, ...study };
  const own = await pool.run(cell, whole, runsOf(FULL_RUNS, leastOf(cell)));
  const isPlain = study === undefined && isDrawable(cell) && cell.instances === null;
  const estimate = isPlain ? estimateFrom(await pool.weights(cell, whole, runsOf(FULL_RUNS, leastOf(cell)))) : null;
  const peers = await peersOf(pool, cell);
  return Object.entries(own).map(([judge, endings]) =>
    judge === 'belay'
      ? rowOf({ name: cell.name, endings, estimate, peers })
      : rowOf({ name: `${cell.name}${judge.slice('belay'.length)}`, endings, estimate: null, peers: {} }),
  );
}

export const bench: Bench = {
  title: `Good releases taken back, watched all the time over the whole rollout (G1; scale ${SCALE})`,
  async run() {
    const pool = await openPool();
    try {
      const rows: BenchRow[] = [];
      for (const one of ALL) rows.push(...(await rowsOf(pool, one)));
      return rows;
    } finally {
      await pool.close();
    }
  },
};
