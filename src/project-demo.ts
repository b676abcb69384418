/** A world for `belay demo --history`: the real engine, a real store and the no-op target, with faults and a clock of its own. Part of the composition root. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Problem } from './core/errors.ts';
import type { Environment, Heartbeat, Runtime } from './core/runtime.ts';
import { VIEWS } from './core/views.ts';
import type { Check } from './checks/check.ts';
import { openSqlite } from './stores/sqlite.ts';
import type { Fence, Store } from './stores/store.ts';
import { createNoopTarget } from './targets/noop.ts';
import type { Target } from './targets/target.ts';
import { bootId, self } from './util/processes.ts';
import { createVirtualClock, type VirtualClock } from './util/virtual-clock.ts';

/** What goes wrong with one deployment. */
export type DemoFault =
  /** The build fails; the candidate fails its check; it fails as it takes traffic; it fails after its commit. */
  | 'build'
  | 'check'
  | 'activate'
  | 'later'
  /** It fails as it takes traffic, and the way back fails as well. */
  | 'stuck'
  /** A person asks it to wait, or to stop; its process is killed. */
  | 'pause'
  | 'abort'
  | 'crash'
  /** Somebody has changed what is live behind everybody's back: a gate refuses. */
  | 'drift';

export interface DemoAct {
  readonly actor: string;
  readonly environment: string;
  readonly fault: DemoFault | null;
  /** How long a step takes, in milliseconds. */
  readonly pace: (step: 'stage' | 'activate' | 'check', target: string) => number;
}

export interface DemoWorld {
  readonly clock: VirtualClock;
  readonly store: Store;
  /** One command: who runs it, and what goes wrong. */
  act(act: DemoAct): { readonly runtime: Runtime; readonly environment: Environment };
  /** Somebody changes what is live without telling anybody. */
  changeBehindBack(environment: string): Promise<void>;
  close(): Promise<void>;
}

export const DEMO_TARGETS = ['api', 'web'] as const;

const BAKE_MS = 60_000;
/** From the commit until it shows. */
const SICK_AFTER_MS = 15_000;

export interface DemoWorldOptions {
  /** Folder of the configuration. */
  readonly folder: string;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly begins: number;
}

/** @throws Problem STORE_REFUSED */
export async function openDemoWorld(options: DemoWorldOptions): Promise<DemoWorld> {
  const state = join(options.folder, '.belay');
  const store = await openSqlite({ path: join(state, 'journal.db'), views: VIEWS, allowInCi: true });
  const clock = createVirtualClock(options.begins);
  const plain = (environment: string, name: string) =>
    createNoopTarget({ name, home: join(state, 'noop', environment), options: {} });
  return {
    clock,
    store,
    act(act) {
      const stop = { gently: new AbortController(), now: new AbortController() };
      const runtime = runtimeOf(options, { store, clock, actor: act.actor, stop });
      const incident: Incident = { act, store, clock, crash: () => stop.now.abort(), activatedAt: null };
      const targets = DEMO_TARGETS.map((name) => [name, faulty(plain(act.environment, name), name, incident)] as const);
      return { runtime, environment: environmentOf(incident, new Map(targets)) };
    },
    async changeBehindBack(environment) {
      const lease = await store.leases.read(environment);
      const fence: Fence = { environment, token: lease?.token ?? 1, nonce: '' };
      const source = { commit: '0'.repeat(40) };
      const ctx = {
        deployment: 'by-hand',
        fence,
        source,
        signal: new AbortController().signal,
        exec,
        say: () => undefined,
      };
      const web = plain(environment, 'web');
      await web.activate(ctx, await web.stage(ctx));
    },
    close: () => store.close(),
  };
}

const exec: Runtime['exec'] = () => Promise.reject(new Error('a history runs no programs'));

interface Commanded {
  readonly store: Store;
  readonly clock: VirtualClock;
  readonly actor: string;
  readonly stop: { readonly gently: AbortController; readonly now: AbortController };
}

function runtimeOf(options: DemoWorldOptions, { store, clock, actor, stop }: Commanded): Runtime {
  const me = self();
  const tool = `belay ${options.version} (demo: faults and times are made up)`;
  const heartbeat: Heartbeat = {
    deadline: () => Number.POSITIVE_INFINITY,
    renew: () => Promise.resolve(true),
    stop: () => Promise.resolve(),
  };
  return {
    store,
    clock,
    exec,
    newId: () => `${clock.now().toString(36)}${randomUUID().replaceAll('-', '')}`,
    holder: { user: actor, host: hostname(), bootId: bootId(), pid: me.pid, pidStart: me.start, tool },
    actor,
    tool,
    isAlive: () => false,
    startHeartbeat: () => heartbeat,
    stop: { gently: stop.gently.signal, now: stop.now.signal },
    emit: () => undefined,
  };
}

interface Incident {
  readonly act: DemoAct;
  readonly store: Store;
  readonly clock: VirtualClock;
  crash(): void;
  /** When the candidate was given traffic on the last target. */
  activatedAt: number | null;
}

function environmentOf(incident: Incident, targets: ReadonlyMap<string, Target>): Environment {
  return {
    name: incident.act.environment,
    app: 'shop',
    targets,
    strategy: 'blue-green',
    soakMs: 0,
    canary: null,
    schema: null,
    signals: [],
    bakeMs: BAKE_MS,
    triggers: [{ type: 'health', failures: 2, everyMs: 10_000 }],
    checks: [answers(incident)],
    limits: {},
    standby: false,
    configHash: 'demo',
    lease: { ttlMs: 30_000, waitMs: 0 },
  };
}

/** After the commit it shows twice, which is what the trigger waits for; what it goes back to is well. */
function answers(incident: Incident): Check {
  const { act, clock } = incident;
  let ills = 2;
  const isSick = (): boolean => {
    if (act.fault !== 'later') return act.fault === 'check';
    const shows = incident.activatedAt !== null && clock.now() - incident.activatedAt > SICK_AFTER_MS;
    if (!shows || ills === 0) return false;
    ills -= 1;
    return true;
  };
  return {
    name: 'checkout answers',
    async run() {
      await clock.sleep(act.pace('check', 'web'));
      const sick = isSick();
      return {
        check: 'checkout answers',
        status: sick ? 'fail' : 'pass',
        summary: sick ? 'POST /checkout answered 500' : 'POST /checkout answered 200',
        findings: [],
        measurements: [],
      };
    },
  };
}

function faulty(plain: Target, name: string, incident: Incident): Target {
  const { act, clock, store } = incident;
  const ask = (kind: 'pause' | 'abort', deployment: string) =>
    store.ask({
      id: randomUUID(),
      environment: act.environment,
      deployment,
      kind,
      by: 'mia',
      reason: 'support is on the phone',
    });
  let failed = false;
  return {
    ...plain,
    async stage(ctx) {
      await clock.sleep(act.pace('stage', name), ctx.signal);
      if (act.fault === 'build' && name === 'web') throw buildFailed();
      if (name === 'web' && (act.fault === 'pause' || act.fault === 'abort')) await ask(act.fault, ctx.deployment);
      return plain.stage(ctx);
    },
    async activate(ctx, release) {
      await clock.sleep(act.pace('activate', name), ctx.signal);
      const fails = act.fault === 'stuck' || (act.fault === 'activate' && !failed);
      if (name === 'web' && fails) {
        failed = true;
        throw new Problem('TARGET_FAILED', 'web did not take the new release', { why: 'the platform answered 502' });
      }
      if (name === 'web' && act.fault === 'crash') incident.crash();
      await plain.activate(ctx, release);
      incident.activatedAt = clock.now();
    },
  };
}

const buildFailed = (): Problem =>
  new Problem('BUILD_FAILED', 'The build of web failed', {
    why: 'npm run build ended with code 1',
    details: ["src/cart.ts(41,7): error TS2322: Type 'string' is not assignable to type 'number'."],
  });
