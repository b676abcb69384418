/** The story of the demo: three releases under steady traffic, the third one bad; then what the record says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment } from '../../config/child-environment.ts';
import { createExec, type Exec } from '../../util/exec.ts';
import type { Cli } from '../cli.ts';
import { commitVersion, createShop, VERSIONS } from './shop.ts';
import { startTraffic, type Tally } from './traffic.ts';

export interface DemoResult {
  readonly requests: {
    readonly sent: number;
    readonly answeredByVersion: Readonly<Record<string, number>>;
    /** Requests that a good release should have answered and that failed, or that got no answer at all. */
    readonly failedByStable: number;
    readonly failedByBadRelease: number;
  };
  readonly deployments: readonly {
    readonly id: string;
    readonly kind: string;
    readonly outcome: string;
    readonly reason: string | null;
  }[];
  readonly auditVerified: boolean;
  readonly folder: string | null;
  readonly ms: number;
}

const REQUESTS_PER_SECOND = 100;
const BAD = '3';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Stage {
  readonly cli: Cli;
  readonly exec: Exec;
  readonly folder: string;
}

/** Runs belay itself, as a person would; its progress goes to ours. */
async function belay({ cli, exec, folder }: Stage, args: readonly string[], show: 'progress' | 'data' | 'nothing') {
  if (show !== 'nothing') cli.err(`\n$ belay ${args.filter((arg) => arg !== '--json').join(' ')}`);
  const command = [...cli.argv, ...args] as [string, ...string[]];
  const onLine = show === 'nothing' ? {} : { onLine: (line: string) => line.startsWith('{') || cli.err(line) };
  return exec(command, { cwd: folder, limitMs: 60_000, ...onLine });
}

function tallyOf(tally: Tally): DemoResult['requests'] {
  const failed = Object.entries(tally.failed);
  const sum = (rows: readonly (readonly [string, number])[]) => rows.reduce((total, [, count]) => total + count, 0);
  return {
    sent: tally.sent,
    answeredByVersion: tally.answered,
    failedByStable: sum(failed.filter(([version]) => version !== BAD)),
    failedByBadRelease: sum(failed.filter(([version]) => version === BAD)),
  };
}

async function play(stage: Stage, port: number): Promise<Omit<DemoResult, 'folder' | 'ms'>> {
  const { cli, exec, folder } = stage;
  await createShop(exec, folder, port);
  cli.err(`1. The first release of a small shop goes live on http://127.0.0.1:${port}`);
  await belay(stage, ['deploy'], 'progress');
  cli.err(
    `\n2. Customers arrive, ${REQUESTS_PER_SECOND} requests a second; the second release goes live beside the first`,
  );
  const traffic = startTraffic(port, REQUESTS_PER_SECOND);
  await commitVersion(exec, folder, 2);
  await belay(stage, ['deploy'], 'progress');
  cli.err(`\n3. The third release, "${VERSIONS[2]?.subject}", looks healthy, then fails its customers`);
  await commitVersion(exec, folder, 3);
  await belay(stage, ['deploy'], 'progress');
  await traffic.stop();
  cli.err('\n4. What the record says');
  await belay(stage, ['history'], 'data');
  const audit = await belay(stage, ['audit', 'verify'], 'data');
  const history = await belay(stage, ['history', '--json'], 'nothing');
  const { deployments } = JSON.parse(history.stdout) as Pick<DemoResult, 'deployments'>;
  return {
    requests: tallyOf(traffic.tally),
    deployments: deployments.map(({ id, kind, outcome, reason }) => ({ id, kind, outcome, reason })).toReversed(),
    auditVerified: audit.code === 0,
  };
}

export async function playDemo(cli: Cli, keep: boolean): Promise<DemoResult> {
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'belay-demo-'));
  const locale = { LANG: cli.unicode ? 'C.UTF-8' : 'C', ...(cli.color ? { FORCE_COLOR: '1' } : {}) };
  const exec = createExec({ ...childEnvironment(), ...locale, CI: '' });
  const stage = { cli, exec, folder };
  try {
    const result = await play(stage, await freePort());
    return { ...result, folder: keep ? folder : null, ms: performance.now() - started };
  } finally {
    if (!keep) {
      await belay(stage, ['daemon', 'stop'], 'nothing');
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
