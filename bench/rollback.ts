/** How long a bad release goes on answering once somebody types `belay rollback`, and what the daemon weighs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type BelayProject, createBelayProject } from './support/belay.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { residentMb } from './support/children.ts';
import { freePort } from './support/free-port.ts';
import { type Load, startLoad } from './support/load.ts';
import { median, NO_FIGURE, percentile, verdict } from './support/statistics.ts';

const ROUNDS = 7;
const PER_SECOND = 200;
const LOAD_MS = 5_000;

const config = (port: number) => `app: shop
environments:
  production:
    strategy: blue-green
    targets:
      web:
        type: local
        start: node server.mjs
        port: ${port}
        drain: { requests: 2s, streams: 2s, kill: 2s }
    bake: { time: 0s, triggers: [] }
`;

/** Every release says which one it is, in the way that the load looks for. */
const server = (version: string) => `import { createServer } from 'node:http';
createServer((request, response) => {
  response.setHeader('x-release', '${version}');
  response.end('fine');
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

interface Round {
  /** Until the last answer of the bad release. */
  readonly lastBadMs: number;
  /** Until the command came back. */
  readonly commandMs: number;
}

async function rollBackOnce(project: BelayProject, load: Load, bad: string): Promise<Round> {
  project.commit({ 'server.mjs': server(bad) });
  await project.running('deploy', '--despite-freeze', 'a bench');
  const began = performance.now();
  await project.running('rollback', '--reason', 'a bench');
  const commandMs = performance.now() - began;
  // What is still out comes back meanwhile.
  await delay(300);
  const answers = load.answers.filter(({ release }) => release === bad).map(({ at }) => at);
  if (answers.length === 0) throw new Error(`${bad} never answered: nothing was measured`);
  return { lastBadMs: Math.max(...answers) - began, commandMs };
}

function memoryRow(project: BelayProject, when: string): BenchRow {
  const { pid } = JSON.parse(project.run('daemon', 'status', '--json')) as { pid: number };
  const guardian = residentMb(Number(readFileSync(join(project.folder, '.belay/daemon/guardian.pid'), 'utf8')));
  const daemon = residentMb(pid);
  const all = daemon + guardian;
  return {
    what: `memory of the daemon, two releases, ${when}`,
    measured: `${all.toFixed(1)} MB (node ${daemon.toFixed(1)}, guardian ${guardian.toFixed(1)})`,
    worst: '–',
    ...verdict('< 100 MB', all < 100),
  };
}

const ms = (value: number) => `${Math.round(value)} ms`;

export const bench: Bench = {
  title: `Rolling back under ${PER_SECOND} requests a second: local target, the release before it is kept warm`,
  async run(): Promise<readonly BenchRow[]> {
    const port = await freePort();
    const project = createBelayProject({ 'belay.yml': config(port), 'server.mjs': server('good') });
    try {
      project.run('deploy');
      const load = startLoad(port, [{ path: '/', perSecond: PER_SECOND, expected: 'fine' }]);
      const rounds: Round[] = [];
      for (let round = 0; round < ROUNDS; round++) rounds.push(await rollBackOnce(project, load, `bad-${round}`));
      await load.stop();
      project.commit({ 'server.mjs': server('second') });
      project.run('deploy');
      const memory = [memoryRow(project, 'idle')];
      const heavy = startLoad(port, [{ path: '/', perSecond: 1_000, expected: 'fine' }]);
      await delay(LOAD_MS);
      await heavy.stop();
      memory.push(memoryRow(project, `after ${heavy.answers.length.toLocaleString('en-GB')} requests`));
      const last = rounds.map(({ lastBadMs }) => lastBadMs);
      const whole = rounds.map(({ commandMs }) => commandMs);
      const lost = load.lost.length + heavy.lost.length;
      return [
        {
          what: 'command typed to last answer of the bad release',
          measured: ms(median(last)),
          worst: ms(Math.max(...last)),
          ...verdict('< 1 s', median(last) < 1_000),
        },
        { what: 'command typed to its end', measured: ms(median(whole)), worst: ms(Math.max(...whole)), ...NO_FIGURE },
        {
          what: `requests lost, of ${(load.answers.length + heavy.answers.length + lost).toLocaleString('en-GB')}`,
          measured: lost,
          worst: '–',
          ...verdict('0', lost === 0),
        },
        {
          what: 'latency meanwhile, p99',
          measured: ms(
            percentile(
              load.answers.map((answer) => answer.ms),
              0.99,
            ),
          ),
          worst: ms(Math.max(...load.answers.map((answer) => answer.ms))),
          ...NO_FIGURE,
        },
        ...memory,
      ];
    } finally {
      project.dispose();
    }
  },
};
