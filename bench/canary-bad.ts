/** Bad releases: after how many requests of theirs they are taken back, and how many of those have failed. */
import { type Cell, ERROR_CELLS, LATENCY_CELLS } from './canary/cells.ts';
import { openPool, type Pool } from './canary/pool.ts';
import { PLAIN_STUDY } from './canary/rollout.ts';
import { runsOf, SCALE } from './canary/scale.ts';
import { pair, percentOf } from './canary/show.ts';
import { type Summary, summarise } from './canary/summary.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { NO_FIGURE, verdict } from './support/statistics.ts';

const FULL_RUNS = 20_000;
/** Enough for a median within a twentieth; most of these end early and cost little, those drawn as counts least. */
const LEAST_TIMED = 1_000;
const LEAST_COUNTED = 2_000;
/** The older judges look at single requests to the very end. */
const FULL_PEERS = 2_000;
const LEAST_PEERS = 30;
/** Those in which the older judges run too: to the end of the rollout, which costs more. */
const COMPARED = new Set([
  '1 %, 5 %, x5',
  '1 %, 5 %, x20',
  '0.1 %, 5 %, x5',
  '1 %, 5 %, x20 from minute 10',
  '5 %, +50 %',
  '5 %, tail of 5 % +2 s',
]);

/** Wald's bound of the mean number of canary requests at x5, 1 %, 5 %: rates known, and learned from stable meanwhile. */
const KNOWN = 111.5;
const CONCURRENT = 122.8;

interface Goal {
  readonly text: string;
  reached(summary: Summary): boolean;
}

const median = (id: string, most: number): Goal => ({
  text: `${id}: <= ${most}`,
  reached: ({ requests }) => requests.median <= most,
});

/** Of latency alone, as the reference has them; with errors judged too it takes a tenth more. */
const LATENCY_GOALS: Readonly<Record<string, Goal>> = {
  '5 %, tail of 5 % +2 s': median('G5', 80),
  '5 %, +50 %': median('G5', 35),
  '5 %, +10 %': median('G5', 600),
};

const GOALS: Readonly<Record<string, Goal>> = {
  '1 %, 5 %, x5': {
    text: `G2: <= 150 / 340, 9 failed; G3: mean <= ${Math.round(1.55 * KNOWN)}, ${Math.round(1.4 * CONCURRENT)}`,
    reached: ({ requests, failed }) =>
      requests.median <= 150 &&
      requests.p90 <= 340 &&
      failed <= 9 &&
      requests.mean <= Math.min(1.55 * KNOWN, 1.4 * CONCURRENT),
  },
  'errors x5 at 1 %, latency equal': median('G2', 170),
  '1 %, 5 %, x20': {
    text: 'G4: <= 20, 5 failed',
    reached: ({ requests, failed }) => requests.median <= 20 && failed <= 5,
  },
  '1 %, 5 %, x5 from minute 10': median('G6', 290),
  '1 %, 5 %, x20 from minute 10': median('G6', 40),
  '0.1 %, 5 %, x5': {
    text: 'G7: <= 1500, 97 % found',
    reached: ({ requests, found }) => requests.median <= 1_500 && found >= 0.97,
  },
};

function rowOf(cell: Cell, judge: string, summary: Summary, goal: Goal | undefined): BenchRow {
  return {
    'bad release': cell.name,
    judge,
    rollouts: summary.runs,
    'found %': percentOf(summary.found),
    'canary requests p50 / p90': pair(summary.requests.median, summary.requests.p90),
    mean: Math.round(summary.requests.mean),
    'seconds p50 / p90': pair(summary.seconds.median, summary.seconds.p90),
    'failed p50': summary.failed,
    ...(goal ? verdict(goal.text, goal.reached(summary)) : NO_FIGURE),
  };
}

async function rowsOf(pool: Pool, cell: Cell): Promise<BenchRow[]> {
  const least = cell.latency === null ? LEAST_COUNTED : LEAST_TIMED;
  const own = await pool.run(cell, PLAIN_STUDY, runsOf(FULL_RUNS, least));
  const rows = Object.entries(own).map(([judge, endings]) => {
    const goals = judge === 'belay' ? GOALS : LATENCY_GOALS;
    return rowOf(cell, judge, summarise(endings.filter(({ early }) => !early)), goals[cell.name]);
  });
  if (!COMPARED.has(cell.name)) return rows;
  const endings = await pool.run(cell, { ...PLAIN_STUDY, peers: true }, runsOf(FULL_PEERS, LEAST_PEERS));
  for (const [name, peer] of Object.entries(endings))
    if (name !== 'belay') rows.push(rowOf(cell, name, summarise(peer), undefined));
  return rows;
}

export const bench: Bench = {
  title: `Bad releases found: canary requests and seconds since they got bad, failed requests of users (scale ${SCALE})`,
  async run() {
    const pool = await openPool();
    try {
      const rows: BenchRow[] = [];
      for (const cell of [...ERROR_CELLS, ...LATENCY_CELLS]) rows.push(...(await rowsOf(pool, cell)));
      return rows;
    } finally {
      await pool.close();
    }
  },
};
