/** What the daemon must know again after its own death or a reboot. Holds environments with secrets: mode 0600. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../core/errors.ts';
import { writeFileDurably } from '../util/files.ts';
import type { ProcessIdentity } from '../util/processes.ts';
import type { ProcessSpec, ProcessState, RouterChoice, SplitGuard } from './protocol.ts';

const FORMAT = 1;

export interface ProcessRecord {
  spec: ProcessSpec;
  /** Whether it should run; false once it was told to stop. */
  wanted: boolean;
  /** Of the boot and start time given, so that a reused pid is not mistaken for it. */
  identity: (ProcessIdentity & { readonly boot: string }) | null;
  restarts: number;
  lastExit: ProcessState['lastExit'];
  startedAt: string | null;
  /** Ended too often; not started again by itself. */
  crashLoop: boolean;
}

export interface AppRecord {
  environment: string;
  token: number;
  nonce: string;
  listen: { host: string; port: number } | null;
  /** Absent in records of before there was a choice: embedded. */
  router?: RouterChoice;
  shares: Readonly<Record<string, number>>;
  holdMs: number | null;
  /** Of the shares; absent when they have none. */
  guard?: SplitGuard;
  /** In the order in which the releases came: the newest last. */
  processes: ProcessRecord[];
}

export interface DaemonState {
  readonly format: number;
  readonly apps: Record<string, AppRecord>;
}

function statePath(home: string): string {
  return join(home, 'state.json');
}

/** @throws Problem FORMAT_NEWER, TARGET_FAILED */
export function readState(home: string): DaemonState {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  let text: string;
  try {
    text = readFileSync(statePath(home), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { format: FORMAT, apps: {} };
    throw error;
  }
  const state = parse(text, home);
  if (state.format > FORMAT) {
    throw new Problem('FORMAT_NEWER', `The daemon's state in ${home} was written by a newer version of belay`, {
      why: `It has format ${state.format}; this version knows ${FORMAT}.`,
    });
  }
  return state;
}

function parse(text: string, home: string): DaemonState {
  try {
    return JSON.parse(text) as DaemonState;
  } catch (cause) {
    throw new Problem('TARGET_FAILED', `The daemon's state in ${statePath(home)} cannot be read`, {
      why: 'It is not JSON: something other than belay wrote to it.',
      next: `mv ${statePath(home)} ${statePath(home)}.damaged`,
      cause,
    });
  }
}

/** In force and on disk when it returns. */
export function writeState(home: string, state: DaemonState): void {
  writeFileDurably(statePath(home), `${JSON.stringify(state, null, 1)}\n`);
}
