/** The daemon's life: one per home, comes up as it went down, ends on `shutdown`, SIGTERM or SIGINT. */
import { rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError, Problem } from '../core/errors.ts';
import { daemonAddress, secureSocketFolder } from './address.ts';
import { answersAt } from './client.ts';
import { openControlServer } from './control-server.ts';
import { frontsOf } from './create-front.ts';
import { keepGuarded } from './guardian.ts';
import { claimInstance, type Claim } from './instance-claim.ts';
import { MAX_LOG_BYTES, rotateLogs } from './log-rotation.ts';
import { RESTART_POLICY, type RestartPolicy } from './supervised-process.ts';
import { createSupervisor } from './supervisor.ts';

export interface DaemonOptions {
  /** Folder of the daemon's state; made with mode 0700. */
  readonly home: string;
  readonly version: string;
  /** Ends the daemon gracefully. */
  readonly signal?: AbortSignal;
  /** Folder under which the socket's own folder lies. */
  readonly socketBase?: string;
  readonly policy?: RestartPolicy;
  readonly maxLogBytes?: number;
  readonly rotateEveryMs?: number;
}

const CLAIM_WAIT_MS = 10_000;
const LAST_ANSWERS_MS = 5_000;
const LEAVE_MS = 5_000;

/** The folder of the claims that decide who is the daemon of a home. */
function claimsOf(home: string): string {
  return join(home, 'daemon.lock');
}

export function daemonLog(home: string): string {
  return join(home, 'daemon.log');
}

/**
 * Resolves when the daemon has ended, or at once when another one already serves this home.
 * @throws Problem TARGET_FAILED, FORMAT_NEWER
 */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { home } = options;
  const address = daemonAddress(home, options.socketBase);
  secureSocketFolder(address);
  const claim = await becomeDaemon(home, address);
  if (!claim) return;
  try {
    await serve(options, address);
  } finally {
    claim.release();
  }
}

/** Null when a daemon already answers. One that is just ending is waited for. */
async function becomeDaemon(home: string, address: string): Promise<Claim | null> {
  const deadline = performance.now() + CLAIM_WAIT_MS;
  for (;;) {
    const { claim, holder } = claimInstance(claimsOf(home));
    if (claim) return claim;
    if (await answersAt(address)) return null;
    if (performance.now() > deadline) {
      throw new Problem('TARGET_FAILED', `A daemon of ${home} runs but does not answer`, {
        why: `Process ${holder?.pid ?? '?'} has been silent for ${CLAIM_WAIT_MS / 1_000} s.`,
        ...(holder ? { next: `kill ${holder.pid}` } : {}),
      });
    }
    await delay(100);
  }
}

function say(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

async function serve(options: DaemonOptions, address: string): Promise<void> {
  const { home, version, policy = RESTART_POLICY, maxLogBytes = MAX_LOG_BYTES, rotateEveryMs = 10_000 } = options;
  const ending = new AbortController();
  const end = () => ending.abort();
  const supervisor = createSupervisor({
    home,
    homeId: basename(address, '.sock'),
    version,
    policy,
    createFront: frontsOf({ home, address, say }),
    say,
    onShutdown: end,
  });
  // Before the door opens: who asks sees what runs.
  await supervisor.recover();
  const control = await openControlServer(address, supervisor.verbs);
  const rotation = setInterval(() => {
    rotateLogs([daemonLog(home), ...supervisor.logFiles()], maxLogBytes).catch((error: unknown) =>
      say(`log files cannot be rotated: ${describeError(error)}`),
    );
  }, rotateEveryMs);
  process.once('SIGTERM', end).once('SIGINT', end);
  const guarded = keepGuarded(home, say);
  say(`belay ${version} daemon of ${home} is up, pid ${process.pid}`);

  await untilAborted([ending.signal, ...(options.signal ? [options.signal] : [])]);
  say('stopping');
  process.off('SIGTERM', end).off('SIGINT', end);
  clearInterval(rotation);
  await supervisor.shutdown();
  await closeControl(control);
  rmSync(address, { force: true });
  await guarded.done();
  say('stopped');
  leaveInTime();
}

/** Calls that are under way get their answers. */
async function closeControl(control: Server): Promise<void> {
  const closed = new Promise((resolve) => control.close(resolve));
  control.closeIdleConnections();
  const late = setTimeout(() => control.closeAllConnections(), LAST_ANSWERS_MS);
  await closed;
  clearTimeout(late);
}

/** Everything has ended and is on disk: whatever still holds the process is a fault, and nobody should wait for it. */
function leaveInTime(): void {
  const late = setTimeout(() => {
    say(`still held by ${process.getActiveResourcesInfo().join(', ')}: leaving`);
    process.exit(0);
  }, LEAVE_MS);
  late.unref();
}

function untilAborted(signals: readonly AbortSignal[]): Promise<void> {
  const any = AbortSignal.any([...signals]);
  return new Promise((resolve) => {
    if (any.aborted) resolve();
    else any.addEventListener('abort', () => resolve(), { once: true });
  });
}
