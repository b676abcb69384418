/** Canaries as they are: real releases, routers and customers, run after run. `--runs=3` for a quick look, else 20 each. */
import { parseArgs } from 'node:util';
import { canaryServer, GOOD, type Habits } from '../src/cli/demo/canary-shop.ts';
import type { Tally } from '../src/cli/demo/traffic.ts';
import { deployCanary, type LiveCanary, liveConfiguration, type Router } from './canary/live.ts';
import { pair } from './canary/show.ts';
import { createBelayProject } from './support/belay.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { startHelper } from './support/children.ts';
import type { CustomersRequest } from './support/customers.ts';
import { freePort } from './support/free-port.ts';
import { haproxyVersion } from './support/haproxy.ts';
import { median, percentile, verdict } from './support/statistics.ts';

const PER_SECOND = 400;
const DEFAULT_RUNS = 20;

const { values } = parseArgs({ options: { runs: { type: 'string' } }, strict: false });
const RUNS = Number(values.runs ?? DEFAULT_RUNS);
if (!(Number.isInteger(RUNS) && RUNS > 0)) throw new Error('--runs=N is a whole number above 0');

interface Case {
  readonly name: string;
  readonly habits: Habits;
  readonly steps: string;
  readonly wanted: LiveCanary['ended'];
}

const CASES: readonly Case[] = [
  {
    name: '5 times the errors, 5 % share',
    habits: { ...GOOD, errorRate: 5 * GOOD.errorRate },
    steps: '[{ share: 5%, hold: 30s }]',
    wanted: 'taken back',
  },
  {
    name: '5 % of requests 300 ms slower, 5 % share',
    habits: { ...GOOD, slowShare: 0.05 },
    steps: '[{ share: 5%, hold: 30s }]',
    wanted: 'taken back',
  },
  {
    name: 'good, 5 % then 50 %',
    habits: GOOD,
    steps: '[{ share: 5%, hold: 5s }, { share: 50%, hold: 5s }]',
    wanted: 'shown good',
  },
];

interface Seen {
  readonly runs: readonly LiveCanary[];
  /** Requests that the candidate failed, run by run. */
  readonly failed: readonly number[];
  readonly tally: Tally;
}

async function measure({ habits, steps }: Case, router: Router): Promise<Seen> {
  const port = await freePort();
  const server = (version: string, its: Habits) => ({ 'server.mjs': canaryServer(version, 'fine', its) });
  const customers = startHelper(new URL('support/customers.ts', import.meta.url));
  const ask = (request: CustomersRequest) => customers.ask<Tally>(request);
  const project = createBelayProject({
    'belay.yml': liveConfiguration({ steps, port, router }),
    ...server('first', GOOD),
  });
  try {
    await project.running('deploy');
    await ask({ do: 'come', port, perSecond: PER_SECOND });
    const runs: LiveCanary[] = [];
    for (let run = 0; run < RUNS; run++) {
      project.commit(server(`run-${run}`, habits));
      runs.push(await deployCanary(project));
    }
    const tally = await ask({ do: 'leave' });
    return { runs, failed: runs.map((_, run) => tally.failed[`run-${run}`] ?? 0), tally };
  } finally {
    await customers.stop();
    project.dispose();
  }
}

function count(runs: readonly LiveCanary[]): string {
  const endings = [...new Set(runs.map(({ ended }) => ended))];
  return endings.map((ended) => `${runs.filter((run) => run.ended === ended).length} ${ended}`).join(', ');
}

const twoOf = (numbers: readonly number[]): string => pair(median(numbers), percentile(numbers, 0.9));

function rowOf({ name, wanted }: Case, router: Router, { runs, failed, tally }: Seen): BenchRow {
  const back = runs.flatMap(({ toShareZeroMs }) => (toShareZeroMs === null ? [] : [toShareZeroMs]));
  const lost = tally.failed['none'] ?? 0;
  return {
    'new release': name,
    router,
    ended: count(runs),
    'canary requests p50 / p90': twoOf(runs.map(({ requests }) => requests)),
    'seconds p50 / p90': twoOf(runs.map(({ seconds }) => seconds)),
    'failed of users p50 / p90': twoOf(failed),
    'decided to share 0, ms p50 / max': back.length > 0 ? pair(median(back), Math.max(...back)) : '–',
    'lost of': `${lost} of ${tally.sent.toLocaleString('en-US')}`,
    ...verdict(`all ${wanted}, 0 lost`, lost === 0 && runs.every(({ ended }) => ended === wanted)),
  };
}

function complain(name: string, router: Router, { runs }: Seen): void {
  for (const { ended, output } of runs)
    if (ended === 'otherwise' || ended === 'void') process.stderr.write(`${name}, ${router}:\n${output}\n`);
}

export const bench: Bench = {
  title: `Real canaries under ${PER_SECOND} requests a second, 1 % errors in the old release, ${RUNS} of each`,
  async run() {
    const version = haproxyVersion();
    const rows: BenchRow[] = [];
    for (const router of version ? (['embedded', 'haproxy'] as const) : (['embedded'] as const)) {
      for (const one of CASES) {
        const seen = await measure(one, router);
        complain(one.name, router, seen);
        rows.push(rowOf(one, router, seen));
      }
    }
    return version ? rows : [...rows, { router: 'HAProxy: not installed (apt-get install haproxy)' }];
  },
};
