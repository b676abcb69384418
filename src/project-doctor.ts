/** What `belay doctor` looks at behind the contracts: the daemon, the ports, the programs of Postgres. Part of the composition root. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, LocalConfig } from './config/config.ts';
import { isProblem, type Problem } from './core/errors.ts';
import { expectFreePort } from './daemon/free-port.ts';
import type { AppState, DaemonInfo } from './daemon/protocol.ts';
import { daemonOf } from './project-targets.ts';
import type { Exec } from './util/exec.ts';

export interface DaemonLook {
  /** Null when none is running. */
  readonly info: DaemonInfo | null;
  readonly apps: readonly AppState[];
}

/** Starts nothing. @throws Problem TARGET_UNREACHABLE when one runs that does not understand this version */
export async function lookAtDaemon(config: Config, version: string, argv: readonly string[]): Promise<DaemonLook> {
  try {
    const daemon = await daemonOf({ config, version, argv, start: false })();
    const info = await daemon.info();
    const apps = await Promise.all(info.apps.map((app) => daemon.app(app)));
    return { info, apps: apps.filter((app) => app !== null) };
  } catch (error) {
    if (isProblem(error, 'TARGET_UNREACHABLE') && error.retry === 'later') return { info: null, apps: [] };
    throw error;
  }
}

/** Null when the port is free, or ours already. */
export async function lookAtPort(target: LocalConfig, daemon: DaemonLook): Promise<Problem | null> {
  if (daemon.apps.some((app) => app.listen?.port === target.port)) return null;
  try {
    await expectFreePort(target.port, 'the application');
    return null;
  } catch (error) {
    if (isProblem(error)) return error;
    throw error;
  }
}

/** Version of HAProxy. @throws Problem TOOL_MISSING */
export async function haproxyVersion(program: string | undefined): Promise<string> {
  const { findHaproxy } = await import('./routers/haproxy/program.ts');
  const { path, version } = await findHaproxy(program);
  return `${version}, ${path}`;
}

/** Versions of `pg_dump` that can be found: where Debian keeps them, and in PATH. */
export async function postgresClients(exec: Exec): Promise<readonly string[]> {
  const majors = await readdir('/usr/lib/postgresql').catch(() => []);
  const places = [...majors.map((major) => join('/usr/lib/postgresql', major, 'bin', 'pg_dump')), 'pg_dump'];
  const found = await Promise.all(places.map((place) => exec([place, '--version'], { limitMs: 5_000 })));
  const versions = found.flatMap((result) => (result.code === 0 ? [/\d+(\.\d+)*/.exec(result.stdout)?.[0] ?? ''] : []));
  return [...new Set(versions.filter(Boolean))];
}
