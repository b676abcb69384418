/** From a target's configuration to the target itself: part of the composition root. Loads only what is configured. */
import { join } from 'node:path';
import { childEnvironment } from './config/child-environment.ts';
import type { Config, DataConfig, LocalConfig, TargetConfig } from './config/config.ts';
import type { Secret } from './config/secret.ts';
import { Problem } from './core/errors.ts';
import type { Runtime } from './core/runtime.ts';
import type { DaemonClient } from './daemon/protocol.ts';
import type { ProtectedData } from './databases/database.ts';
import { expiring } from './databases/expiring.ts';
import { LOCAL_DEFAULTS, type LocalOptions } from './targets/local/options.ts';
import type { Target } from './targets/target.ts';

export interface TargetParts {
  readonly config: Config;
  readonly runtime: Runtime;
  readonly clean: (text: string) => string;
  readonly version: string;
  readonly argv: readonly string[];
  /** Whether a daemon that does not run is started. */
  readonly start: boolean;
}

export function daemonHome(config: Config): string {
  return join(config.directory, '.belay', 'daemon');
}

function notRunning(home: string): Problem {
  return new Problem('TARGET_UNREACHABLE', 'The belay daemon is not running, so nothing on this machine is served', {
    why: `nobody answers for ${home}`,
    next: 'belay daemon start',
    retry: 'later',
  });
}

/** Connects to the daemon of the project; starts it when it is not there, unless only looking was asked for. */
export function daemonOf({
  config,
  version,
  argv,
  start,
}: Omit<TargetParts, 'runtime' | 'clean'>): () => Promise<DaemonClient> {
  const home = daemonHome(config);
  const connect = async () => {
    const [{ connectDaemon }, daemon] = await Promise.all([import('./daemon/client.ts'), import('./daemon/spawn.ts')]);
    const [node = '', ...self] = argv;
    const command = [node, ...daemon.DAEMON_NODE_FLAGS, ...self, 'daemon', 'run', '--home', home];
    const spawn = () => {
      if (!start) throw notRunning(home);
      daemon.spawnDaemon({ home, argv: command, logFile: join(home, 'daemon.log') });
    };
    return connectDaemon({ home, version, spawn });
  };
  let client: Promise<DaemonClient> | undefined;
  return () => (client ??= connect());
}

/** Runs the daemon in this process until it is shut down. */
export async function runDaemon(home: string, version: string): Promise<void> {
  const daemon = await import('./daemon/run.ts');
  await daemon.runDaemon({ home, version });
}

function reveal(env: Readonly<Record<string, string | Secret>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, typeof value === 'string' ? value : value.reveal()]),
  );
}

function localOptions(local: LocalConfig): LocalOptions {
  const { source, drain, limits } = local;
  return {
    ...LOCAL_DEFAULTS,
    source: source.kind === 'git' ? { repository: source.path } : { directory: source.path },
    ...(local.install === null ? {} : { install: local.install }),
    ...(local.build === null ? {} : { build: local.build }),
    start: local.start,
    host: local.host,
    port: local.port,
    router: local.router,
    env: reveal(local.env),
    probe: { ...LOCAL_DEFAULTS.probe, ...local.probe },
    installLimitMs: limits.installMs,
    buildLimitMs: limits.buildMs,
    startLimitMs: limits.startMs,
    drainMs: drain.requestsMs,
    streamsMs: drain.streamsMs,
    killAfterMs: drain.killMs,
    holdMs: local.holdMs,
    keep: local.keep,
  };
}

async function createData(data: DataConfig, snapshots: string): Promise<ProtectedData> {
  switch (data.type) {
    case 'directory': {
      const { createDirectoryData } = await import('./databases/directory.ts');
      return createDirectoryData({ what: data.path, path: data.path, snapshots });
    }
    case 'sqlite': {
      const { createSqliteData } = await import('./databases/sqlite-files.ts');
      return createSqliteData({ files: data.files, snapshots });
    }
    case 'postgres': {
      const { createPostgresData } = await import('./databases/postgres.ts');
      return createPostgresData({ url: data.url.reveal(), snapshots, method: data.method });
    }
  }
}

export async function createTarget(
  parts: TargetParts,
  environment: string,
  name: string,
  target: TargetConfig,
): Promise<Target> {
  const { config, runtime } = parts;
  const state = join(config.directory, '.belay');
  if (target.type === 'custom') return target.target;
  if (target.type === 'noop') {
    const { createNoopTarget } = await import('./targets/noop.ts');
    return createNoopTarget({
      name,
      home: join(state, 'noop', environment),
      options: target.fail === null ? {} : { fail: target.fail },
    });
  }
  if (target.type === 'convex') {
    const { createConvex } = await import('./project-convex.ts');
    return createConvex(target, { state, environment, name, runtime, store: config.store }, reveal(target.env));
  }
  if (target.type === 'vercel') {
    const { createVercel } = await import('./project-vercel.ts');
    const { strategy } = config.environments[environment] ?? {};
    return createVercel(target, { state, environment, name, runtime, strategy });
  }
  const snapshots = join(state, 'snapshots', environment, name);
  const { createLocalTarget } = await import('./targets/local/local.ts');
  return createLocalTarget({
    name,
    app: config.app,
    environment,
    home: join(state, 'local', environment, name),
    options: localOptions(target),
    daemon: daemonOf(parts),
    exec: runtime.exec,
    base: childEnvironment(undefined, target.passEnv),
    ...(target.data ? { data: expiring(await createData(target.data, snapshots), target.data.expireMs) } : {}),
  });
}
