/** Keeps one release's process running: starts, adopts, restarts with growing patience, gives up, stops. */
import { describeError } from '../core/errors.ts';
import { bootId, isRunning, processStart } from '../util/processes.ts';
import { stopping } from './changes.ts';
import type { ProcessRecord } from './daemon-state.ts';
import { expectFreePort } from './free-port.ts';
import { launch, MARKER } from './launch.ts';
import { endGroup, signalGroup, signalProcess } from './process-group.ts';
import { processesWith, residentBytes } from './process-table.ts';
import type { ProcessState } from './protocol.ts';

export interface RestartPolicy {
  /** Before the first restart; doubles with each end inside the window. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** This many ends within the window are a crash loop. */
  readonly maxEnds: number;
  readonly windowMs: number;
}

export const RESTART_POLICY: RestartPolicy = { firstDelayMs: 500, maxDelayMs: 30_000, maxEnds: 5, windowMs: 60_000 };

export interface SupervisedProcess {
  state(): ProcessState;
  /** Starts it unless it runs. @throws Problem PORT_TAKEN, TARGET_FAILED */
  start(): Promise<void>;
  /** After a restart of the daemon: takes over what still runs, starts what should and does not. */
  recover(): Promise<void>;
  /** SIGTERM, then SIGKILL to the group; resolves when it is gone. */
  stop(): Promise<void>;
}

export interface Supervision {
  readonly record: ProcessRecord;
  /** Unique on this machine for this release of this application of this home. */
  readonly marker: string;
  readonly policy: RestartPolicy;
  /** The record changed and must reach the disk. */
  readonly save: () => void;
  readonly say: (line: string) => void;
}

type Exit = { readonly code: number | null; readonly signal: string | null };

/** An adopted process is nobody's child: its end is seen by looking. */
const LOOK_EVERY_MS = 250;

export function createSupervisedProcess({ record, marker, policy, save, say }: Supervision): SupervisedProcess {
  let phase: ProcessState['state'] = record.crashLoop ? 'crash-loop' : 'stopped';
  let timer: NodeJS.Timeout | undefined;
  let ends: number[] = [];
  /** Who is stopped in that moment has no process id yet. */
  let launching: Promise<unknown> | null = null;

  function running(pid: number): void {
    const start = processStart(pid);
    record.identity = start === null ? null : { pid, start, boot: bootId() };
    record.crashLoop = false;
    phase = 'running';
    save();
  }

  async function run(): Promise<void> {
    if (phase === 'stopping') throw stopping();
    const launched = launch(record.spec, marker);
    launching = launched;
    const child = await launched;
    record.startedAt = new Date().toISOString();
    // Before the first await after the spawn, so that no end goes unseen.
    child.once('exit', (code, signal) => ended(child.pid, { code, signal }));
    running(child.pid);
    say(`${marker} started, pid ${child.pid}`);
  }

  function watchAdopted(pid: number): void {
    clearInterval(timer);
    timer = setInterval(() => {
      if (record.identity !== null && isRunning(record.identity)) return;
      clearInterval(timer);
      ended(pid, { code: null, signal: null });
    }, LOOK_EVERY_MS);
  }

  function ended(pid: number, exit: Exit): void {
    record.identity = null;
    record.lastExit = { ...exit, at: new Date().toISOString() };
    if (phase === 'stopping' || phase === 'stopped') return;
    say(`${marker} ended, code ${exit.code ?? '-'}, signal ${exit.signal ?? '-'}`);
    // What it has started may still hold its port.
    signalGroup(pid, 'SIGKILL');
    if (record.wanted) return again();
    phase = 'stopped';
    save();
  }

  function again(): void {
    const now = performance.now();
    ends = [...ends.filter((end) => now - end < policy.windowMs), now];
    if (ends.length >= policy.maxEnds) {
      phase = 'crash-loop';
      record.crashLoop = true;
      say(`${marker} ended ${ends.length} times within ${policy.windowMs / 1_000} s: given up`);
      return save();
    }
    phase = 'backoff';
    save();
    const wait = Math.min(policy.firstDelayMs * 2 ** (ends.length - 1), policy.maxDelayMs);
    timer = setTimeout(() => void restart(), wait);
  }

  async function restart(): Promise<void> {
    record.restarts += 1;
    await run().catch((error: unknown) => {
      say(`${marker}: ${describeError(error)}`);
      again();
    });
  }

  /** One that was started in the instant before the daemon died, and is in no record. */
  function findUnrecorded(): number | null {
    const left = processesWith(MARKER, marker);
    const leader = left.find((entry) => entry.leader);
    if (leader) return leader.pid;
    for (const { pid } of left) signalProcess(pid, 'SIGKILL');
    return null;
  }

  async function stop(): Promise<void> {
    clearTimeout(timer);
    phase = 'stopping';
    await launching?.catch(() => undefined);
    const pid = record.identity?.pid;
    phase = 'stopping';
    if (pid !== undefined && !(await endGroup(pid, record.spec.killAfterMs))) {
      say(`${marker}: pid ${pid} is still there after SIGKILL`);
    }
    record.identity = null;
    record.crashLoop = false;
    phase = 'stopped';
    save();
  }

  return {
    state: () => ({
      release: record.spec.release,
      port: record.spec.port,
      pid: record.identity?.pid ?? null,
      // Drained first, then ended: to others it is all one stop.
      state: phase === 'running' && !record.wanted ? 'stopping' : phase,
      restarts: record.restarts,
      lastExit: record.lastExit,
      startedAt: record.startedAt,
      rssBytes: record.identity ? residentBytes(record.identity.pid) : null,
    }),
    async start() {
      if (phase === 'running') return;
      clearTimeout(timer);
      ends = [];
      await expectFreePort(record.spec.port, `release ${record.spec.release}`);
      await run();
    },
    async recover() {
      const known = record.identity;
      if (known !== null && known.boot === bootId() && isRunning(known)) {
        phase = 'running';
        watchAdopted(known.pid);
        // It was told to stop, and we died before it was done.
        if (!record.wanted) await stop();
        return;
      }
      record.identity = null;
      if (!record.wanted || record.crashLoop) return;
      const found = findUnrecorded();
      if (found === null) return restart();
      running(found);
      watchAdopted(found);
    },
    stop,
  };
}
