/** Where a demo is played: a temporary folder, a free port, and Belay run in it as a person would. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment } from '../../config/child-environment.ts';
import { createExec, type Exec, type ExecResult } from '../../util/exec.ts';
import type { Cli } from '../cli.ts';

export interface Stage {
  readonly cli: Cli;
  readonly exec: Exec;
  readonly folder: string;
  /** Where the shop is open; free a moment ago. */
  readonly port: number;
  /** Variables of Belay itself, secrets of the demo among them. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A canary waits longer than this for nothing, even on a busy machine. */
const COMMAND_LIMIT_MS = 120_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs belay itself; what it says goes to our progress. */
export async function belay(
  { cli, exec, folder, env = {} }: Stage,
  args: readonly string[],
  show: 'progress' | 'data' | 'nothing',
  limitMs = COMMAND_LIMIT_MS,
): Promise<ExecResult> {
  if (show !== 'nothing') cli.err(`\n$ belay ${args.filter((arg) => arg !== '--json').join(' ')}`);
  const command = [...cli.argv, ...args] as [string, ...string[]];
  const onLine = show === 'nothing' ? {} : { onLine: (line: string) => line.startsWith('{') || cli.err(line) };
  return exec(command, { cwd: folder, env, limitMs, ...onLine });
}

export interface Played {
  /** Null unless it was kept. */
  readonly folder: string | null;
  readonly ms: number;
}

/** Plays in a folder of its own; stops what was started and removes the folder, unless it is to be kept. */
export async function onStage<T>(cli: Cli, keep: boolean, play: (stage: Stage) => Promise<T>): Promise<T & Played> {
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'belay-demo-'));
  const locale = { LANG: cli.unicode ? 'C.UTF-8' : 'C', ...(cli.color ? { FORCE_COLOR: '1' } : {}) };
  const exec = createExec({ ...childEnvironment(), ...locale, CI: '' });
  const stage = { cli, exec, folder, port: await freePort() };
  try {
    const result = await play(stage);
    return { ...result, folder: keep ? folder : null, ms: performance.now() - started };
  } finally {
    if (!keep) {
      await belay(stage, ['daemon', 'stop'], 'nothing');
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
