/** Good releases under every kind of traffic: how many of them are taken back all the same. */
import { type Cell, NULLS } from './canary/cells.ts';
import { isCountable } from './canary/counted.ts';
import { openPool, type Pool } from './canary/pool.ts';
import { PLAIN_STUDY } from './canary/rollout.ts';
import { runsOf, SCALE } from './canary/scale.ts';
import { percentOf } from './canary/show.ts';
import { summarise } from './canary/summary.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { verdict } from './support/statistics.ts';

const FULL_RUNS = 20_000;
/** Latency needs every request, which takes seventy times as long as counts. */
const FULL_REQUESTED = 4_000;
/** At full size 0.8 % may be seen where 1 % is promised; in fewer runs, what chance alone may add. */
const GOAL = 0.01;
const GOAL_AT_FULL = 0.008;

const LEAST_COUNTED = 2_000;
const LEAST_REQUESTED = 100;
/** The older judges look at requests; what they do to good releases shows in few. */
const FULL_PEERS = 1_000;
const LEAST_PEERS = 20;

/** The largest share that a true rate of 1 % shows in so many runs, but for one time in a thousand. */
function allowed(runs: number): number {
  if (runs >= FULL_RUNS) return GOAL_AT_FULL;
  return GOAL + 3.1 * Math.sqrt((GOAL * (1 - GOAL)) / runs);
}

const percentOfShare = (share: number, runs: number): string =>
  `${percentOf(share)} ± ${percentOf(Math.sqrt((share * (1 - share)) / runs))}`;

async function rowOf(pool: Pool, cell: Cell): Promise<BenchRow> {
  const runs = isCountable(cell) ? runsOf(FULL_RUNS, LEAST_COUNTED) : runsOf(FULL_REQUESTED, LEAST_REQUESTED);
  const { belay = [] } = await pool.run(cell, PLAIN_STUDY, runs);
  const peers = await pool.run(cell, { ...PLAIN_STUDY, peers: true }, runsOf(FULL_PEERS, LEAST_PEERS));
  const found = (name: string) => percentOf(summarise(peers[name] ?? []).found);
  const { found: ours } = summarise(belay);
  const most = allowed(runs);
  return {
    'good release': cell.name,
    rollouts: runs,
    'belay % ± s.e.': percentOfShare(ours, runs),
    'limit 99 % FL1 %': found('limit 99 %'),
    'limit 95 % FL1 %': found('limit 95 %'),
    'Mann-Whitney 10/20/30 %': found('Mann-Whitney'),
    ...verdict(`G1: <= ${percentOf(most)} %`, ours <= most),
  };
}

export const bench: Bench = {
  title: `Good releases taken back, watched all the time over the whole rollout (G1; scale ${SCALE})`,
  async run() {
    const pool = await openPool();
    try {
      const rows: BenchRow[] = [];
      for (const cell of NULLS) rows.push(await rowOf(pool, cell));
      return rows;
    } finally {
      await pool.close();
    }
  },
};
