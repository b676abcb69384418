/** One command of Belay in the simulated world: its runtime, its environment, and what it is asked to do. */
import { askHolder } from '../../src/core/control.ts';
import { deploy } from '../../src/core/deploy.ts';
import { recoverOpen, requireOpenEnvironment, environmentRow, withSession } from '../../src/core/open.ts';
import { recover } from '../../src/core/recover.ts';
import { rollBack } from '../../src/core/rollback.ts';
import type { Environment, Heartbeat, Runtime } from '../../src/core/runtime.ts';
import type { CanarySettings } from '../../src/strategies/canary.ts';
import type { Fence, Store } from '../../src/stores/store.ts';
import type { Actor } from './actor.ts';
import type { Platforms } from './fake-call.ts';
import { targetFor } from './fake-target.ts';
import type { Platform } from './platform.ts';
import type { Operation, Scenario } from './scenario.ts';

/** Quick to decide, since every look of it costs time; silence is what a lost answer looks like as well. */
const CANARY: CanarySettings = {
  stages: [
    { share: 0.2, minMs: 1_500, maxMs: 3_000, holdBack: false },
    { share: 0.5, minMs: 1_000, maxMs: 3_000, holdBack: false },
    { share: 0.9, minMs: 1_000, maxMs: 1_000, holdBack: true },
  ],
  promotion: 'automatic',
  onInconclusive: 'continue',
  onNoData: 'abort',
  silenceMs: 10_000,
  unwatchedMs: 60_000,
  maxFailures: null,
  routers: true,
  intervalMs: 3_000,
  judge: {
    alpha: 0.01,
    beta: 0.05,
    errors: { tolerance: 1, promoteBelow: 2, floor: null },
    latency: null,
    grace: null,
  },
};

export const ENVIRONMENT = 'production';
export const TTL_MS = 30_000;
const RENEW_EVERY_MS = 5_000;

/** As the real one: renews on a thread of its own, and counts its deadline from before a renewal was sent. */
export function heartbeatFor(actor: Actor, store: Store, fence: Fence, ttlMs: number, takenAt: number): Heartbeat {
  let deadline = takenAt + ttlMs;
  actor.leaseUntil = deadline;
  const stopped = new AbortController();
  const renew = async () => {
    const sent = actor.clock.now();
    const ours = await store.leases.renew(fence).catch(() => null);
    if (ours === false) deadline = Number.NEGATIVE_INFINITY;
    if (ours === true) deadline = Math.max(deadline, sent + ttlMs);
    actor.leaseUntil = deadline;
    return ours !== false;
  };
  const beat = async () => {
    for (;;) {
      await actor.clock.sleep(RENEW_EVERY_MS, stopped.signal);
      if (stopped.signal.aborted) return;
      const ours = await renew();
      if (!ours) return;
    }
  };
  void beat();
  return {
    deadline: () => deadline,
    renew,
    stop: async () => stopped.abort(),
  };
}

export interface Surroundings {
  readonly scenario: Scenario;
  readonly platforms: ReadonlyMap<string, Platform>;
  readonly shared: Platforms;
  readonly storeOf: (actor: Actor) => Store;
  readonly isAlive: Runtime['isAlive'];
}

export function runtimeFor(actor: Actor, surroundings: Surroundings): Runtime {
  const store = surroundings.storeOf(actor);
  return {
    store,
    clock: actor.clock,
    exec: async () => {
      throw new Error('a simulation runs no programs');
    },
    newId: () => actor.newId(),
    holder: actor.holder,
    actor: actor.traits.name,
    tool: 'belay 0.1.0',
    isAlive: (holder) => (holder.host === actor.traits.host ? surroundings.isAlive(holder) : null),
    startHeartbeat: (fence, ttlMs, takenAt) => heartbeatFor(actor, store, fence, ttlMs, takenAt),
    stop: { gently: actor.gently.signal, now: actor.now.signal },
    emit: (notice) => {
      if (notice.type === 'note') actor.world.trace(() => `${actor.traits.name} note: ${notice.text}`);
    },
  };
}

export function environmentFor(
  actor: Actor,
  { scenario, platforms, shared }: Surroundings,
  waitMs: number,
): Environment {
  const targets = new Map([...platforms].map(([name, platform]) => [name, targetFor(actor, platform, shared)]));
  const healthy = {
    name: 'answers',
    run: async ({ urls }: { urls: Readonly<Record<string, string>> }) => {
      const bad = [...platforms.values()].filter((one) => {
        const id = urls[one.name]?.slice('http://'.length, -1);
        return id === undefined ? false : one.sick(id) !== null;
      });
      const status = bad.length > 0 ? ('fail' as const) : ('pass' as const);
      return {
        check: 'answers',
        status,
        summary: bad.map((one) => one.name).join(' '),
        findings: [],
        measurements: [],
      };
    },
  };
  const limits = { stage: 40_000, hold: 20_000, stop: 20_000, snapshot: 20_000, restore: 20_000, start: 15_000 };
  return {
    name: ENVIRONMENT,
    app: 'shop',
    targets,
    strategy: scenario.strategy,
    soakMs: scenario.soakMs,
    canary: scenario.strategy === 'canary' ? CANARY : null,
    signals: [],
    schema: null,
    bakeMs: scenario.bakeMs,
    triggers: scenario.triggers,
    checks: scenario.checks ? [healthy] : [],
    limits: {
      ...limits,
      shift: 20_000,
      judge: 60_000,
      activate: 20_000,
      check: 20_000,
      verify: 20_000,
      resume: 20_000,
      retire: 20_000,
      soak: 60_000,
    },
    standby: scenario.standby,
    configHash: 'hash',
    lease: { ttlMs: TTL_MS, waitMs },
  };
}

/** What a command tells the person who typed it. */
export interface Told {
  readonly outcome: string;
  readonly deployment: string | null;
}

/** Runs the command. @throws what it ends with otherwise */
export async function perform(actor: Actor, surroundings: Surroundings, operation: Operation): Promise<Told> {
  const runtime = runtimeFor(actor, surroundings);
  const environment = environmentFor(actor, surroundings, operation.waitMs);
  if (operation.what === 'recover') {
    const recovered = await recover(runtime, environment, operation.verdict, 'a person says so');
    return recovered ?? { outcome: 'nothing', deployment: null };
  }
  if (operation.what === 'deploy') {
    const source = { commit: operation.commit };
    const request = {
      kind: 'deploy',
      source,
      reason: null,
      acceptDrift: false,
      despiteFreeze: null,
      acceptSchema: null,
    } as const;
    return deploy(runtime, environment, request);
  }
  return withSession(runtime, environment, async (session) => {
    await recoverOpen(session);
    requireOpenEnvironment(await environmentRow(runtime, ENVIRONMENT), ENVIRONMENT);
    const request = { to: null, reason: 'looks bad', data: operation.data, loseWrites: 1_000 };
    return rollBack(session, request);
  });
}

/** Asks the running deployment to stop or wait, as another process does. */
export async function requestOf(actor: Actor, surroundings: Surroundings, kind: 'abort' | 'pause'): Promise<string> {
  const { deployment } = await askHolder(runtimeFor(actor, surroundings), ENVIRONMENT, kind, 'a person says so');
  return `${kind} asked of ${deployment}`;
}
