/** The engine on a real store in a temporary folder, with targets as a user would write them, and a clock that may run fast. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReleaseRef } from '../../../src/core/release.ts';
import type { Environment, Notice, Runtime } from '../../../src/core/runtime.ts';
import { VIEWS } from '../../../src/core/views.ts';
import { openSqlite } from '../../../src/stores/sqlite.ts';
import type { Store } from '../../../src/stores/store.ts';
import type { Target } from '../../../src/targets/target.ts';
import { type Clock, systemClock } from '../../../src/util/clock.ts';

export interface Engine {
  readonly runtime: Runtime;
  readonly notices: readonly Notice[];
  environment(targets: Readonly<Record<string, Target>>, more?: Partial<Environment>): Environment;
  dispose(): Promise<void>;
}

/** Runs `rate` times as fast as the real one, so that time limits of minutes are over in seconds. */
function fastClock(rate: number): Clock {
  const real = systemClock();
  return {
    now: () => real.now() * rate,
    wall: () => real.wall(),
    sleep: (ms, signal) => real.sleep(ms / rate, signal),
  };
}

/** @param through what the store is to be reached through: to make it fail */
export async function openEngine(
  options: { readonly rate?: number; readonly through?: (store: Store) => Store } = {},
): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-engine-'));
  const opened = await openSqlite({ path: join(folder, 'journal.db'), views: VIEWS });
  const store = options.through?.(opened) ?? opened;
  const clock = fastClock(options.rate ?? 1);
  const notices: Notice[] = [];
  let ids = 0;
  const never = () => new AbortController().signal;
  const runtime: Runtime = {
    store,
    clock,
    exec: () => Promise.reject(new Error('these targets run no programs')),
    newId: () => `id-${String((ids += 1)).padStart(8, '0')}`,
    holder: { user: 'mia', host: 'here', bootId: 'boot', pid: process.pid, pidStart: '1', tool: 'belay 0.1.0' },
    actor: 'mia',
    tool: 'belay 0.1.0',
    isAlive: () => null,
    startHeartbeat: (fence, ttlMs, takenAt) => {
      let deadline = takenAt + ttlMs;
      const renew = async () => {
        const sent = clock.now();
        const ours = await store.leases.renew(fence).catch(() => null);
        if (ours === true) deadline = sent + ttlMs;
        return ours !== false;
      };
      const beat = setInterval(() => void renew(), ttlMs / (options.rate ?? 1) / 6);
      return { deadline: () => deadline, renew, stop: async () => clearInterval(beat) };
    },
    stop: { gently: never(), now: never() },
    emit: (notice) => notices.push(notice),
  };
  return {
    runtime,
    notices,
    environment: (targets, more = {}) => ({
      name: 'production',
      app: 'shop',
      targets: new Map(Object.entries(targets)),
      strategy: 'all-at-once',
      soakMs: 0,
      canary: null,
      signals: [],
      schema: null,
      bakeMs: 0,
      triggers: [],
      checks: [],
      limits: {},
      standby: false,
      configHash: 'hash',
      lease: { ttlMs: 30_000, waitMs: 0 },
      ...more,
    }),
    async dispose() {
      await opened.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A target that keeps its releases in memory; `more` replaces or adds verbs. */
export function memoryTarget(more: Partial<Target> = {}): Target & { readonly releases: ReadonlySet<string> } {
  const releases = new Set<string>();
  let live: ReleaseRef | null = null;
  const nameOf = (deployment: string) => `release-of-${deployment}`;
  return {
    kind: 'memory',
    landingMs: 0,
    releases,
    live: async () => live,
    async stage(ctx) {
      releases.add(nameOf(ctx.deployment));
      return { id: nameOf(ctx.deployment) };
    },
    find: async (ctx) => (releases.has(nameOf(ctx.deployment)) ? { id: nameOf(ctx.deployment) } : null),
    async activate(_ctx, release) {
      live = release;
    },
    async discard(ctx, release) {
      releases.delete(release?.id ?? nameOf(ctx.deployment));
    },
    probe: async () => ({ healthy: true }),
    ...more,
  };
}

export const DEPLOY = {
  kind: 'deploy',
  source: { commit: 'c0ffee1' },
  reason: null,
  acceptDrift: false,
  despiteFreeze: null,
  acceptSchema: null,
} as const;
