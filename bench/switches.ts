/** Fifty blue-green switches under load, each followed by the end of the old release: who loses requests, who slows down. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, BenchRow } from './support/bench.ts';
import { startHelper } from './support/children.ts';
import { haproxyVersion, startHaproxy } from './support/haproxy.ts';
import { type Kind, type Load, startLoad } from './support/load.ts';
import { STREAM } from './support/release-host.ts';
import { median, milliseconds, NO_FIGURE, percentile, verdict } from './support/statistics.ts';
import { startEmbedded, type SwitchedRouter } from './support/switched-router.ts';

const SWITCHES = 50;
/** The switches are spread over this time. */
const LASTS_MS = 30_000;
const KINDS: readonly Kind[] = [
  { path: '/', perSecond: 120, expected: 'fine' },
  { path: '/slow', perSecond: 8, expected: 'fine' },
  { path: '/stream', perSecond: 5, expected: STREAM },
];

interface Arm {
  readonly router: SwitchedRouter | null;
  readonly name: string;
  readonly load: Load;
  readonly switchMs: number[];
}

type Releases = ReturnType<typeof startHelper>;

async function openRelease(releases: Releases, release: string) {
  const port = await releases.ask<number>({ do: 'open', release });
  return { release, host: '127.0.0.1', port };
}

/** Start the next release, switch, let the old one finish, end it. */
async function switchAll(router: SwitchedRouter, releases: Releases, switchMs: number[]): Promise<void> {
  const started = performance.now();
  for (let index = 1; index <= SWITCHES; index++) {
    const next = await openRelease(releases, `${router.name} ${index}`);
    switchMs.push(await milliseconds(() => router.switchTo(next)));
    await router.drainOld();
    await releases.ask({ do: 'close', release: `${router.name} ${index - 1}` });
    await delay(Math.max(0, started + (index * LASTS_MS) / SWITCHES - performance.now()));
  }
}

function rowOf({ router, name, load, switchMs }: Arm): BenchRow {
  const quick = load.answers.filter(({ path }) => path === '/').map(({ ms }) => ms);
  const lost = load.lost.length;
  return {
    through: name,
    switches: switchMs.length,
    requests: load.answers.length + lost,
    lost,
    'p50 ms': median(quick),
    'p99 ms': percentile(quick, 0.99),
    'max ms': Math.max(...quick),
    'switch ms': router ? median(switchMs) : '–',
    ...(name.startsWith('belay') ? verdict('0 lost', lost === 0 && switchMs.length >= SWITCHES) : NO_FIGURE),
  };
}

async function measure(routers: readonly SwitchedRouter[], releases: Releases): Promise<readonly BenchRow[]> {
  for (const router of routers) await router.switchTo(await openRelease(releases, `${router.name} 0`));
  const direct = await openRelease(releases, 'direct');
  const arms: Arm[] = [
    { router: null, name: 'nothing (no switch)', load: startLoad(direct.port, KINDS), switchMs: [] },
    ...routers.map((router) => ({ router, name: router.name, load: startLoad(router.port, KINDS), switchMs: [] })),
  ];
  await Promise.all(arms.map(async ({ router, switchMs }) => router && (await switchAll(router, releases, switchMs))));
  await Promise.all(arms.map(({ load }) => load.stop()));
  for (const { name, load } of arms)
    if (load.lost.length > 0) process.stderr.write(`${name} lost: ${[...new Set(load.lost)].join('; ')}\n`);
  return arms.map(rowOf);
}

export const bench: Bench = {
  title: `${SWITCHES} switches under ${KINDS.reduce((sum, { perSecond }) => sum + perSecond, 0)} requests a second each, all at the same time`,
  async run() {
    const releases = startHelper(new URL('support/release-host.ts', import.meta.url));
    const version = haproxyVersion();
    const routers = [await startEmbedded(), ...(version ? [await startHaproxy(version)] : [])];
    try {
      const rows = await measure(routers, releases);
      if (version) return rows;
      return [...rows, { through: 'HAProxy: not installed (apt-get install haproxy)' }];
    } finally {
      await Promise.all([...routers, releases].map((one) => one.stop()));
    }
  },
};
