/** The composition root: from a configuration to a Project. The only file that sees everything. */
import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { childEnvironment } from './config/child-environment.ts';
import type { Config, EnvironmentConfig, StrategyConfig } from './config/config.ts';
import type { Environment as Surroundings } from './config/environment.ts';
import type { UsableConfig } from './config/look.ts';
import { Problem } from './core/errors.ts';
import type { Environment, Notice, Runtime, StopSignal } from './core/runtime.ts';
import { VIEWS } from './core/views.ts';
import { startHeartbeat } from './stores/heartbeat.ts';
import { seenHeads } from './stores/seen.ts';
import { type OpenStore, openStore } from './stores/open.ts';
import { patiently, patientStore } from './stores/patient.ts';
import type { Holder, Store } from './stores/store.ts';
import type { CallFunction } from './checks/called.ts';
import type { Signal } from './signals/signal.ts';
import type { Target } from './targets/target.ts';
import { type Telling, tellingOf } from './project-notify.ts';
import { schemaInspector } from './project-schema.ts';
import { storeLocation } from './project-store.ts';
import { createTarget, type TargetParts } from './project-targets.ts';
import { systemClock } from './util/clock.ts';
import { createExec } from './util/exec.ts';
import { bootId, isRunning, self } from './util/processes.ts';
import { createRedactor, type Redactor } from './util/redact.ts';
import { suggest } from './util/suggest.ts';

export interface ProjectOptions {
  readonly cwd: string;
  readonly env: Surroundings;
  readonly version: string;
  readonly file?: string;
  /** How `belay` itself is started, for the daemon. */
  readonly argv: readonly string[];
  readonly stop: StopSignal;
  readonly emit: (notice: Notice) => void;
  /** Learns every secret as it is first used, so that whoever keeps our output can mask it as well. */
  readonly onSecret?: (value: string) => void;
  /** What the deployment is about, shown to those who wait for its lock. */
  readonly doing?: string;
  readonly allowLocalStoreInCi?: boolean;
  /** Only looks: starts no daemon. */
  readonly readOnly?: boolean;
}

export interface Project {
  readonly loaded: UsableConfig;
  readonly config: Config;
  readonly runtime: Runtime;
  readonly clean: (text: string) => string;
  /** Everything of an environment, secrets resolved. @throws Problem ENVIRONMENT_UNKNOWN, SECRET_MISSING */
  environment(name: string): Promise<Environment>;
  /** Waits, a few seconds at most, until all are told who are to be told. Who was not, and why; null when all were. */
  settle(): Promise<string | null>;
  close(): Promise<void>;
}

/** Time in base 36 and 50 random bits: ordered by time as far as the clock allows. */
function newId(): string {
  return (
    Date.now().toString(36).padStart(9, '0') +
    BigInt(`0x${randomBytes(8).toString('hex')}`)
      .toString(36)
      .padStart(13, '0')
      .slice(-10)
  );
}

/** A container may have neither a variable nor an entry for its user. */
function userName(env: Surroundings): string {
  if (env.user) return env.user;
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? '?'}`;
  }
}

function holderOf(options: ProjectOptions): Holder {
  const me = self();
  return {
    user: userName(options.env),
    host: hostname(),
    bootId: bootId(),
    pid: me.pid,
    pidStart: me.start,
    tool: `belay ${options.version}`,
    ...(options.doing ? { reason: options.doing } : {}),
    ...(options.env.github?.run ? { ci: options.env.github.run } : {}),
  };
}

/** Null for a holder on another machine, or of before a reboot that we did not see. */
function isAlive(holder: Holder): boolean | null {
  if (holder.host !== hostname()) return null;
  if (holder.bootId !== bootId()) return false;
  return isRunning({ pid: holder.pid, start: holder.pidStart });
}

async function readConfig(options: ProjectOptions, redactor: Redactor): Promise<UsableConfig> {
  const { cwd, env, file, version, readOnly = false } = options;
  const { lookAtConfig } = await import('./config/look.ts');
  return lookAtConfig({ cwd, env, redactor, tool: version, readOnly, ...(file ? { file } : {}) });
}

/** A restart of the database server takes less; who only looks is not kept waiting. */
const STORE_AWAY_MS = 20_000;

async function openPatiently(opening: OpenStore, { readOnly, stop, emit }: ProjectOptions): Promise<Store> {
  if (readOnly) return openStore(opening);
  const say = (text: string) => emit({ type: 'note', text });
  const patience = { limitMs: STORE_AWAY_MS, say, signal: stop.gently };
  return patientStore(await patiently(() => openStore(opening), patience), patience);
}

export async function openProject(options: ProjectOptions): Promise<Project> {
  const redactor = createRedactor(options.onSecret);
  const { env } = options;
  const loaded = await readConfig(options, redactor);
  const { config } = loaded;
  const opening = {
    location: storeLocation(config.store),
    ci: env.ci,
    allowInCi: options.allowLocalStoreInCi ?? false,
  };
  const clean = (text: string) => redactor.clean(text);
  const store = await openPatiently({ ...opening, views: VIEWS, clean }, options);
  const stop = options.stop.now;
  const telling: Telling | null = options.readOnly ? null : await tellingOf({ config, env, redactor, store, stop });
  const traces =
    options.readOnly || !env.traces
      ? null
      : (await import('./project-traces.ts')).tracesTo(store, env.traces, redactor);
  const logs = options.readOnly
    ? null
    : (await import('./project-logs.ts')).keepStepLogs(config.directory, store, clean);
  const clock = systemClock();
  const base = childEnvironment();
  const runtime: Runtime = {
    store,
    clock,
    exec: createExec(base, clean),
    newId,
    holder: holderOf(options),
    actor: userName(env),
    tool: `belay ${options.version}`,
    isAlive,
    startHeartbeat: (fence, ttlMs, takenAt) => startHeartbeat({ store, clock, fence, ttlMs, takenAt, reopen: opening }),
    stop: options.stop,
    seen: seenHeads(join(stateFolder(config), 'seen.json')),
    emit: (notice) => {
      options.emit(notice);
      logs?.notice(notice);
      if (notice.type !== 'event') return;
      telling?.event(notice.event);
      traces?.event(notice.event);
    },
  };
  const parts: TargetParts = {
    config,
    runtime,
    clean,
    version: options.version,
    argv: options.argv,
    start: !options.readOnly,
  };
  return {
    loaded,
    config,
    runtime,
    clean,
    environment: async (name) => {
      loaded.requireSecrets(requireEnvironment(config, name).name);
      return composeEnvironment(parts, requireEnvironment(config, name), loaded.hash);
    },
    settle: async () => {
      const untold = await Promise.all([telling?.settle(), traces?.settle()]);
      return untold.filter(Boolean).join('; ') || null;
    },
    close: async () => {
      await Promise.all([telling?.settle(), traces?.settle(), logs?.settle()]);
      await store.close();
    },
  };
}

/** @throws Problem ENVIRONMENT_UNKNOWN with the nearest name */
export function requireEnvironment(config: Config, name: string): EnvironmentConfig {
  const found = config.environments[name];
  if (found) return found;
  const names = Object.keys(config.environments);
  const meant = suggest(name, names);
  throw new Problem('ENVIRONMENT_UNKNOWN', `There is no environment ${name}`, {
    why: `the configuration has ${names.join(', ')}${meant ? `; did you mean ${meant}?` : ''}`,
    next: 'belay config show',
  });
}

/** Loads what asks them only where something is to be asked. */
async function signalsOf(strategy: StrategyConfig): Promise<readonly Signal[]> {
  if (strategy.type !== 'canary' || strategy.signals.length === 0) return [];
  return (await import('./signals/create.ts')).createSignals(strategy.signals);
}

async function composeEnvironment(
  parts: TargetParts,
  config: EnvironmentConfig,
  configHash: string,
): Promise<Environment> {
  const targets = new Map<string, Target>();
  for (const [name, target] of Object.entries(config.targets)) {
    targets.set(name, await createTarget(parts, config.name, name, target));
  }
  const locals = Object.values(config.targets).filter((target) => target.type === 'local');
  const { strategy } = config;
  // Most commands need no checks, and most configurations of a first day have none.
  const checks = config.checks.length > 0 ? (await import('./checks/create.ts')).createChecks : () => [];
  return {
    name: config.name,
    app: parts.config.app,
    targets,
    strategy: strategy.type,
    soakMs: strategy.type === 'blue-green' ? strategy.soakMs : 0,
    canary: strategy.type === 'canary' ? strategy.settings : null,
    schema: schemaInspector(parts.config, config),
    signals: await signalsOf(strategy),
    bakeMs: config.bake.timeMs,
    triggers: config.triggers,
    checks: checks(config.checks, parts.config.directory, await functionCaller(config)),
    limits: locals.length > 0 ? { start: Math.max(...locals.map((target) => target.limits.startMs)) } : {},
    standby: locals.every((target) => target.standby),
    configHash,
    lease: config.lock,
  };
}

/** Asks the Convex deployment of the environment, where there is one. */
async function functionCaller({ targets, checks }: EnvironmentConfig): Promise<CallFunction | undefined> {
  const convex = Object.values(targets).find((target) => target.type === 'convex');
  if (!convex || checks.length === 0) return undefined;
  return (await import('./project-convex.ts')).convexCaller(convex);
}

/** Where everything of a project that is not configuration lives. */
export function stateFolder(config: Config): string {
  return join(config.directory, '.belay');
}
