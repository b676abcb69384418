/** How a command reaches the daemon of a home, and starts it if there is none. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isProblem, Problem } from '../core/errors.ts';
import { isRunning, processStart } from '../util/processes.ts';
import { daemonAddress, secureSocketFolder } from './address.ts';
import { callDaemon } from './call.ts';
import { claimInstance } from './instance-claim.ts';
import type { DaemonClient, DaemonInfo } from './protocol.ts';
import { type PackedObservations, unpackObservations } from './packed-observations.ts';
import type { Verb } from './wire.ts';

export interface ConnectOptions {
  readonly home: string;
  /** Starts the daemon in the background and returns at once. */
  readonly spawn: () => void;
  readonly version: string;
  /** Must be what the daemon was started with. */
  readonly socketBase?: string;
  readonly limitMs?: number;
}

const LOOK_EVERY_MS = 50;
const PROBE_MS = 1_000;
/** Longer than any sensible drain. */
const SHUTDOWN_MS = 10 * 60_000;

/** Whether a daemon answers there now. */
export async function answersAt(address: string): Promise<boolean> {
  return (await probe(address)) !== null;
}

async function probe(address: string): Promise<DaemonInfo | null> {
  if (lstatSync(address, { throwIfNoEntry: false }) === undefined) return null;
  try {
    return (await callDaemon(address, 'info', {}, { limitMs: PROBE_MS, graceMs: 0 })) as DaemonInfo;
  } catch (error) {
    // A daemon that does answer, but with a refusal, is not ours to use.
    if (!isProblem(error, 'TARGET_UNREACHABLE') || error.retry !== 'later') throw error;
    return null;
  }
}

/**
 * Connects, or starts the daemon and waits for it; of several who come at once, one starts it.
 * @throws Problem TARGET_UNREACHABLE when it does not come up in time or is of an incompatible version; TARGET_FAILED
 */
export async function connectDaemon(options: ConnectOptions): Promise<DaemonClient> {
  const address = daemonAddress(options.home, options.socketBase);
  secureSocketFolder(address);
  const limitMs = options.limitMs ?? 10_000;
  const info = (await probe(address)) ?? (await startDaemon(options, address, performance.now() + limitMs));
  if (!info) {
    throw new Problem('TARGET_UNREACHABLE', 'The belay daemon did not start', {
      why: `It did not answer within ${limitMs / 1_000} s.`,
      next: `tail ${join(options.home, 'daemon.log')}`,
      retry: 'later',
    });
  }
  expectCompatible(info, options.version);
  return clientOf(address);
}

/** Client of a daemon that is known to run; starts nothing. */
export function clientOf(address: string): DaemonClient {
  const call = async (verb: Verb, body: Readonly<Record<string, unknown>> = {}) => callDaemon(address, verb, body);
  const change = async (verb: Verb, body: Readonly<Record<string, unknown>>) => void (await call(verb, body));
  return {
    info: async () => (await call('info')) as Awaited<ReturnType<DaemonClient['info']>>,
    app: async (app) => (await call('app', { app })) as Awaited<ReturnType<DaemonClient['app']>>,
    listen: (app, fence, address) => change('listen', { app, fence, address }),
    start: (app, fence, spec) => change('start', { app, fence, spec }),
    stop: (app, fence, release) => change('stop', { app, fence, release }),
    forget: (app, fence, release) => change('forget', { app, fence, release }),
    route: (app, fence, shares, guard) => change('route', { app, fence, shares, guard }),
    observations: async (app, after, waitMs) =>
      unpackObservations((await call('observations', { app, after, waitMs })) as PackedObservations),
    hold: (app, fence, maxMs) => change('hold', { app, fence, maxMs }),
    resume: (app, fence) => change('resume', { app, fence }),
    shutdown: () => shutDown(address),
  };
}

/** Resolves when the daemon has ended; by then so have the applications. */
async function shutDown(address: string): Promise<void> {
  const { pid } = (await callDaemon(address, 'info', {})) as DaemonInfo;
  const start = processStart(pid);
  await callDaemon(address, 'shutdown', {});
  const deadline = performance.now() + SHUTDOWN_MS;
  // Not its socket: that is silent before the last of its files is written, and while the machine is slow.
  while (start !== null && isRunning({ pid, start })) {
    if (performance.now() >= deadline) {
      throw new Problem('TIMEOUT', 'The belay daemon is still stopping', {
        why: `Applications have not drained and ended within ${SHUTDOWN_MS / 60_000} minutes.`,
        next: `kill -9 ${pid}`,
        unknown: true,
      });
    }
    await delay(LOOK_EVERY_MS);
  }
}

async function startDaemon(options: ConnectOptions, address: string, deadline: number): Promise<DaemonInfo | null> {
  const starting = join(options.home, 'starting.lock');
  let { claim } = claimInstance(starting);
  try {
    // Somebody may have started it between our look and our claim.
    const already = claim ? await probe(address) : null;
    if (already) return already;
    if (claim) options.spawn();
    while (performance.now() < deadline) {
      const info = await probe(address);
      if (info) return info;
      await delay(LOOK_EVERY_MS);
      // The one who was starting it gave up or died.
      if (!claim) {
        claim = claimInstance(starting).claim;
        if (claim && !(await answersAt(address))) options.spawn();
      }
    }
    return null;
  } finally {
    claim?.release();
  }
}

/** Versions promise nothing to each other across a major number, or a minor one below 1.0. */
function expectCompatible(info: DaemonInfo, version: string): void {
  const line = (text: string) => {
    const [major = '', minor = ''] = text.split('.');
    return major === '0' ? `0.${minor}` : major;
  };
  if (line(info.version) === line(version)) return;
  throw new Problem('TARGET_UNREACHABLE', `The daemon is belay ${info.version}, this is belay ${version}`, {
    why: 'These versions do not understand each other.',
    next: 'belay daemon stop',
    retry: 'after-change',
  });
}
