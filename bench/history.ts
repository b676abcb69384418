/** Whether reading stays quick when the journal is old: a million events, pages through the store and the command line. */
import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readTrail } from '../src/core/audit-trail.ts';
import { type HistoryPage, readHistory } from '../src/core/history.ts';
import { readEnvironmentRow } from '../src/core/status.ts';
import { VIEWS } from '../src/core/views.ts';
import { openSqlite } from '../src/stores/sqlite.ts';
import type { Store } from '../src/stores/store.ts';
import { type BelayProject, createBelayProject } from './support/belay.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { ENVIRONMENTS, millionEvents, RARE_ACTOR } from './support/million-events.ts';
import { median, milliseconds, NO_FIGURE, percentile, verdict } from './support/statistics.ts';

const ROUNDS = 15;
const PAGE = 50;
const LIMIT_MS = 20;
const ENVIRONMENT = 'production';

interface Page {
  readonly name: string;
  /** Rows that it came back with. */
  readonly read: (store: Store) => Promise<number>;
}

const history = (name: string, query: Partial<Parameters<typeof readHistory>[1]>): Page => ({
  name: `history, ${name}`,
  read: async (store) => (await readHistory(store, { limit: PAGE, ...query })).deployments.length,
});

const trail = (
  name: string,
  query: Parameters<typeof readTrail>[2],
  environments: readonly string[] = [ENVIRONMENT],
): Page => ({
  name: `audit, ${name}`,
  async read(store) {
    let count = 0;
    for await (const _event of readTrail(store, environments, query)) count += 1;
    return count;
  },
});

const status: Page = {
  name: 'status: what is live, lock, last deployment',
  async read(store) {
    const row = await readEnvironmentRow(store, ENVIRONMENT);
    await store.leases.read(ENVIRONMENT);
    const [last] = await store.view('deployments', { environment: ENVIRONMENT, limit: 1 });
    return row && last ? 1 : 0;
  },
};

/** Identifiers from the middle of the journal, so that a page deep inside is read too. */
async function pages(store: Store): Promise<readonly Page[]> {
  const middle = await readHistory(store, { limit: 1, environment: ENVIRONMENT });
  const [newest] = middle.deployments;
  const number = Number.parseInt(newest?.id.slice(2) ?? '', 36);
  const half = await deploymentNear(store, Math.floor(number / 2));
  const { id: deployment = '', openedAt: at = '' } = half.deployments[0] ?? {};
  const day = new Date(Date.parse(at) + 86_400_000).toISOString();
  return [
    status,
    history('newest', {}),
    history('newest of an environment', { environment: ENVIRONMENT }),
    history('from the middle', { environment: ENVIRONMENT, before: deployment }),
    history('rolled back', { outcome: 'rolled-back' }),
    history('stuck (1 in 5,000)', { outcome: 'stuck' }),
    history('one of four people', { actor: 'mia' }),
    history('a rare person (1 in 1,000)', { actor: RARE_ACTOR, environment: ENVIRONMENT }),
    history('stuck, of one of four people', { outcome: 'stuck', actor: 'ada' }),
    trail('newest', { limit: PAGE }),
    trail('newest of all environments', { limit: PAGE }, ENVIRONMENTS),
    trail('one kind', { limit: PAGE, kinds: ['deployment.rolled-back'] }),
    trail('one rare kind', { limit: PAGE, kinds: ['attention.raised'] }),
    trail('a rare person', { limit: PAGE, actor: RARE_ACTOR }),
    trail('one of four people, one rare kind', { limit: PAGE, actor: 'ada', kinds: ['attention.raised'] }),
    trail('a rare person, one kind', { limit: PAGE, actor: RARE_ACTOR, kinds: ['deployment.committed'] }),
    trail('a day in the middle', { limit: PAGE, since: at, until: day }),
    trail('a rare person, before the middle', { limit: PAGE, actor: RARE_ACTOR, until: at }),
    trail('one deployment', { deployment }),
  ];
}

/** The numbers of deployments are shared by the environments: the next one that is of this one. */
async function deploymentNear(store: Store, number: number): Promise<HistoryPage> {
  for (let next = number; ; next++) {
    const [row] = await store.view('deployments', { key: `d-${next.toString(36).padStart(8, '0')}`, limit: 1 });
    if (row?.environment === ENVIRONMENT) return { deployments: [row.row as never], next: null };
  }
}

async function storeRows(path: string): Promise<BenchRow[]> {
  const store = await openSqlite({ path, views: VIEWS });
  try {
    const rows: BenchRow[] = [];
    for (const { name, read } of await pages(store)) {
      const times: number[] = [];
      let found = 0;
      for (let round = -1; round < ROUNDS; round++) {
        const took = await milliseconds(async () => (found = await read(store)));
        if (round >= 0) times.push(took);
      }
      if (found === 0) throw new Error(`${name} found nothing`);
      const took = median(times);
      rows.push({
        page: name,
        rows: found,
        'median ms': took,
        'p95 ms': percentile(times, 0.95),
        ...verdict('< 20 ms', took < LIMIT_MS),
      });
    }
    return rows;
  } finally {
    await store.close();
  }
}

/** The same project twice, with the million and with three deployments: the difference is what age costs. */
function commandRows(old: BelayProject, young: BelayProject): BenchRow[] {
  const commands = [['history'], ['history', '--outcome', 'stuck'], ['audit', '--env', ENVIRONMENT, '--limit', '50']];
  return commands.map((args) => {
    const times = { old: [] as number[], young: [] as number[] };
    for (let round = 0; round < 7; round++) {
      for (const [name, project] of [
        ['old', old],
        ['young', young],
      ] as const) {
        const began = performance.now();
        spawnSync(process.execPath, [project.belay, ...args], {
          cwd: project.folder,
          env: project.env,
          stdio: 'ignore',
        });
        times[name].push(performance.now() - began);
      }
    }
    const more = median(times.old) - median(times.young);
    return {
      page: `belay ${args.join(' ')}: more than on a young journal`,
      rows: '–',
      'median ms': more,
      'p95 ms': percentile(times.old, 0.95) - percentile(times.young, 0.95),
      ...NO_FIGURE,
    };
  });
}

const CONFIG = `app: shop
environments:
${ENVIRONMENTS.map((name) => `  ${name}: { targets: { web: { type: noop } }, bake: { time: 0s, triggers: [] } }`).join('\n')}
`;

export const bench: Bench = {
  title: 'Pages of a journal of 1,000,000 events',
  async run() {
    const { path, builtMs } = await millionEvents();
    const how = builtMs === null ? 'kept from an earlier run' : `built in ${(builtMs / 1_000).toFixed(0)} s`;
    process.stderr.write(`journal ${how}: ${path}\n`);
    const old = createBelayProject({ 'belay.yml': CONFIG });
    const young = createBelayProject({ 'belay.yml': CONFIG });
    try {
      for (const name of ENVIRONMENTS) young.run('deploy', '--env', name);
      mkdirSync(join(old.folder, '.belay'));
      linkSync(path, join(old.folder, '.belay/journal.db'));
      const made = {
        page: `the journal itself, ${how}`,
        rows: 1_000_000,
        'median ms': '–',
        'p95 ms': '–',
        ...NO_FIGURE,
      };
      return [...(await storeRows(path)), ...commandRows(old, young), made];
    } finally {
      old.dispose();
      young.dispose();
    }
  },
};
