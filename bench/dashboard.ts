/** The dashboard over a million events: start, memory, the first page of each view, and five hundred browsers that watch. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, linkSync, mkdirSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type BelayProject, createBelayProject } from './support/belay.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { ENVIRONMENTS, millionEvents, RARE_ACTOR } from './support/million-events.ts';
import { median, milliseconds, NO_FIGURE, percentile, verdict } from './support/statistics.ts';

const ROUNDS = 15;
const PAGE_LIMIT_MS = 50;
const START_LIMIT_MS = 500;
const MEMORY_LIMIT_MB = 150;
const VIEWERS = 500;
const PER_SECOND = 20;
const WATCHED_MS = 10_000;
const LATE_LIMIT_MS = 300;
const CPU_LIMIT = 60;

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
  readonly cookie: string;
  readonly startMs: number;
}

async function startServer({ belay, folder, env }: BelayProject): Promise<Server> {
  const began = performance.now();
  const child = spawn(process.execPath, [belay, 'dashboard', '--port', '0', '--json'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const startMs = performance.now() - began;
  const { url, signIn } = JSON.parse(line) as { url: string; signIn: string };
  const code = new URL(signIn).hash.replace('#code=', '');
  const answer = await fetch(`${url}/api/v1/sign-in/link`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  return { child, url, startMs, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

async function stopServer({ child }: Server): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  await ended;
}

const memoryMb = ({ child }: Server): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1_024;

/** Milliseconds of processor time; Linux counts in hundredths of a second. */
function cpuMs({ child }: Server): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const VIEWS_OF_THE_PAGES: readonly (readonly [string, string])[] = [
  ['overview', '/overview'],
  ['deployments', '/deployments'],
  ['deployments of an environment, rolled back', '/deployments?environment=production&outcome=rolled-back'],
  ['deployments of a rare person', `/deployments?actor=${RARE_ACTOR}`],
  ['deployments, a text that is there', '/deployments?text=change'],
  ['deployments, a text that is nowhere', '/deployments?text=nowhere'],
  ['audit', '/audit'],
  ['audit, one rare kind', '/audit?kind=attention.raised'],
  ['audit, chains', '/audit/chains'],
  ['snapshots', '/snapshots'],
  ['settings', '/settings'],
  ['metrics of 90 days', '/metrics'],
];

async function pageRows({ url, cookie }: Server): Promise<BenchRow[]> {
  const get = async (path: string): Promise<string> => {
    const answer = await fetch(`${url}/api/v1${path}`, { headers: { cookie } });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    return answer.text();
  };
  const { deployments } = JSON.parse(await get('/deployments')) as { deployments: readonly { id: string }[] };
  const one = ['deployment', `/deployments/${deployments[0]?.id}`] as const;
  const rows: BenchRow[] = [];
  for (const [name, path] of [...VIEWS_OF_THE_PAGES, one]) {
    const times: number[] = [];
    const first = await milliseconds(() => get(path));
    for (let round = 0; round < ROUNDS; round += 1) times.push(await milliseconds(() => get(path)));
    const took = median(times);
    rows.push({
      case: name,
      value: took,
      unit: 'ms',
      p95: percentile(times, 0.95),
      'first call': first,
      ...verdict(`< ${PAGE_LIMIT_MS} ms`, took < PAGE_LIMIT_MS),
    });
  }
  return rows;
}

interface Watching {
  readonly calls: readonly ClientRequest[];
  received: number;
  /** Milliseconds from an event's time to its arrival, at one of them. */
  readonly late: number[];
}

async function openViewers({ url, cookie }: Server): Promise<Watching> {
  const { hostname, port } = new URL(url);
  const watching: Watching = { calls: [], received: 0, late: [] };
  const calls = await Promise.all(
    Array.from({ length: VIEWERS }, async (_, number) => {
      const call = request({ hostname, port, path: '/api/v1/events', headers: { cookie }, agent: false }).end();
      const [response] = (await once(call, 'response')) as [NodeJS.ReadableStream];
      call.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => {
        const text = chunk.toString('latin1');
        watching.received += text.split('event: journal').length - 1;
        if (number !== 0) return;
        for (const [, at = ''] of text.matchAll(/"at":"([^"]+)","kind":"alert/g))
          watching.late.push(Date.now() - Date.parse(at));
      });
      return call;
    }),
  );
  return Object.assign(watching, { calls });
}

/** Another process appends, so that its waiting for the disk is not ours. Resolves with how many there were. */
async function appendSteadily(path: string): Promise<number> {
  const script = fileURLToPath(new URL('support/append-steadily.ts', import.meta.url));
  const jiti = fileURLToPath(new URL('../node_modules/.bin/jiti', import.meta.url));
  const args = [jiti, script, path, ENVIRONMENTS[0], String(PER_SECOND), String(WATCHED_MS)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return Number(line);
}

async function viewerRows(server: Server, path: string): Promise<BenchRow[]> {
  const watching = await openViewers(server);
  await delay(1_000);
  const cpu = cpuMs(server);
  const count = await appendSteadily(path);
  const share = ((cpuMs(server) - cpu) / WATCHED_MS) * 100;
  await delay(500);
  for (const call of watching.calls) call.destroy();
  if (watching.received !== count * VIEWERS)
    throw new Error(`${watching.received} messages arrived of ${count * VIEWERS}`);
  const late = median(watching.late);
  return [
    {
      case: `${VIEWERS} browsers, ${(count / (WATCHED_MS / 1_000)).toFixed(0)} events a second: of a core`,
      value: share,
      unit: '%',
      p95: '–',
      'first call': '–',
      ...verdict(`< ${CPU_LIMIT} %`, share < CPU_LIMIT),
    },
    {
      case: 'from the event to the browser',
      value: late,
      unit: 'ms',
      p95: percentile(watching.late, 0.95),
      'first call': '–',
      ...verdict(`< ${LATE_LIMIT_MS} ms`, late < LATE_LIMIT_MS),
    },
  ];
}

const CONFIG = `app: shop
environments:
${ENVIRONMENTS.map((name) => `  ${name}: { targets: { web: { type: noop } }, bake: { time: 0s, triggers: [] } }`).join('\n')}
`;

export const bench: Bench = {
  title: 'The dashboard over 1,000,000 events',
  async run() {
    const { path } = await millionEvents();
    const project = createBelayProject({ 'belay.yml': CONFIG });
    const young = createBelayProject({ 'belay.yml': CONFIG });
    try {
      mkdirSync(join(project.folder, '.belay'));
      const journal = join(project.folder, '.belay/journal.db');
      linkSync(path, journal);
      young.run('deploy', '--env', 'production');
      const starts: number[] = [];
      let fresh = 0;
      for (let round = 0; round < 5; round += 1) {
        const started = await startServer(young);
        starts.push(started.startMs);
        fresh = memoryMb(started);
        await stopServer(started);
      }
      const server = await startServer(project);
      try {
        const rows = await pageRows(server);
        const watched = await viewerRows(server, journal);
        const memory = memoryMb(server);
        const start = median(starts);
        const row = (name: string, value: number, unit: string, figure: ReturnType<typeof verdict>) =>
          ({ case: name, value, unit, p95: '–', 'first call': '–', ...figure }) as BenchRow;
        return [
          row('start, until it listens', start, 'ms', verdict(`< ${START_LIMIT_MS} ms`, start < START_LIMIT_MS)),
          row('memory, just started', fresh, 'MB', NO_FIGURE as ReturnType<typeof verdict>),
          ...rows,
          ...watched,
          row('memory, after all of this', memory, 'MB', verdict(`< ${MEMORY_LIMIT_MB} MB`, memory < MEMORY_LIMIT_MB)),
        ];
      } finally {
        await stopServer(server);
      }
    } finally {
      project.dispose();
      young.dispose();
    }
  },
};
