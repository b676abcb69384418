/** A target over a simulated platform, as one process uses it. */
import type { ReleaseRef } from '../../src/core/release.ts';
import type { Snapshot } from '../../src/databases/database.ts';
import type { ProtectedData } from '../../src/databases/database.ts';
import { Problem } from '../../src/core/errors.ts';
import type { Lifecycle, Target, TargetContext, Holding, Traffic } from '../../src/targets/target.ts';
import type { Actor } from './actor.ts';
import { change, look, type Platforms } from './fake-call.ts';
import type { Platform } from './platform.ts';

type Ref = ReleaseRef | null;

interface Wire {
  readonly platform: Platform;
  /** Changes something; `ref` is the release or snapshot that it is about. */
  readonly set: <T>(verb: string, ctx: TargetContext, ref: string | null, apply: () => T) => Promise<T>;
  readonly see: <T>(verb: string, ctx: TargetContext, ref: string | null, read: () => T) => Promise<T>;
}

export function targetFor(actor: Actor, platform: Platform, shared: Platforms): Target {
  const wire: Wire = {
    platform,
    set: (verb, ctx, release, apply) => change(shared, { actor, platform, verb, release, ctx }, apply),
    see: (verb, ctx, release, read) => look(shared, { actor, platform, verb, release, ctx }, read),
  };
  const { set, see } = wire;
  const { lifecycle, traffic, data } = platform.abilities;
  const refOf = (id: string | null): Ref => (id === null ? null : { id });
  return {
    kind: 'simulated',
    landingMs: platform.landingMs,
    live: (ctx) => see('live', ctx, null, () => refOf(platform.live)),
    stage: (ctx) => set('stage', ctx, null, () => ({ id: platform.stage(ctx.deployment, ctx.source.commit) })),
    find: (ctx) => see('find', ctx, null, () => refOf(platform.find(ctx.deployment))),
    activate: (ctx, release) =>
      set('activate', ctx, release?.id ?? null, () => {
        const left = platform.live;
        platform.activate(release?.id ?? null);
        const goes = release !== null && left !== null && left !== release.id;
        if (goes && lifecycle && actor.random.chance(shared.faults.previousDies)) platform.kill(left);
      }),
    discard: (ctx, release) =>
      set('discard', ctx, release?.id ?? null, () => {
        const id = release?.id ?? platform.find(ctx.deployment);
        if (id !== null) platform.discard(id);
      }),
    probe: (ctx, release) =>
      see('probe', ctx, release.id, () => {
        const sick = platform.sick(release.id);
        return sick ? { healthy: false as const, ...sick } : { healthy: true as const, url: `http://${release.id}/` };
      }),
    kept: (ctx, release) => see('kept', ctx, release.id, () => platform.releases.has(release.id)),
    ...(lifecycle ? { lifecycle: lifecycleOf(wire) } : {}),
    ...(traffic ? { holding: holdingOf(wire), traffic: trafficOf(wire, actor) } : {}),
    ...(data ? { data: dataOf(wire) } : {}),
  };
}

function lifecycleOf({ platform, set, see }: Wire): Lifecycle {
  return {
    start: (ctx, release) => set('start', ctx, release.id, () => platform.start(release.id)),
    stop: (ctx, release) => set('stop', ctx, release.id, () => platform.stop(release.id)),
    running: (ctx, release) => see('running', ctx, release.id, () => platform.running.has(release.id)),
  };
}

function holdingOf({ platform, set, see }: Wire): Holding {
  return {
    hold: (ctx) => set('hold', ctx, null, () => void (platform.held = true)),
    resume: (ctx) => set('resume', ctx, null, () => void (platform.held = false)),
    held: (ctx) => see('held', ctx, null, () => platform.held),
  };
}

function trafficOf({ platform, set, see }: Wire, actor: Actor): Traffic {
  return {
    evidence: (ctx, release) =>
      see('evidence', ctx, release.id, () => ({ ...platform.requests(release.id), p50Ms: 5, p99Ms: 50, restarts: 0 })),
    split: (ctx, shares) => set('split', ctx, null, () => platform.share(shares)),
    shares: (ctx) => see('shares', ctx, null, () => platform.shares),
    async observe(ctx, after, waitMs) {
      await actor.clock.sleep(waitMs, ctx.signal);
      return see('observe', ctx, null, () => ({
        next: String(platform.world.now),
        missed: 0,
        items: after === null ? [] : platform.observed(Number(after)),
      }));
    },
  };
}

function snapshotOf(id: string, data: readonly string[]): Snapshot {
  const content = data.join(' ');
  const fingerprint = { content, schema: null, bytes: content.length, items: data.length };
  return { id, fingerprint, path: `/snapshots/${id}`, checksum: content, bytes: content.length, mark: null };
}

function dataOf({ platform, set, see }: Wire): ProtectedData {
  const found = (id: string): Snapshot => {
    const data = platform.snapshots.get(id);
    if (!data) throw new Problem('SNAPSHOT_UNKNOWN', `there is no snapshot ${id}`);
    return snapshotOf(id, data);
  };
  const full = (ctx: unknown) => ctx as TargetContext;
  return {
    kind: 'directory',
    what: `the data of ${platform.name}`,
    fingerprint: (ctx) => see('fingerprint', full(ctx), null, () => snapshotOf('now', platform.data).fingerprint),
    room: (ctx) => see('room', full(ctx), null, () => ({ needed: 1, free: 2 })),
    snapshot: (ctx, id) =>
      set('snapshot', full(ctx), id, () => {
        platform.snapshot(id);
        return found(id);
      }).then((taken) => taken ?? snapshotOf(id, [])),
    find: (ctx, id) => see('find snapshot', full(ctx), id, () => (platform.snapshots.has(id) ? found(id) : null)),
    verify: (ctx, snapshot) => see('verify', full(ctx), snapshot.id, () => found(snapshot.id).fingerprint),
    restore: (ctx, snapshot) =>
      set('restore', full(ctx), snapshot.id, () => {
        platform.data = platform.snapshots.get(snapshot.id) ?? [];
        return snapshot.fingerprint;
      }).then((fingerprint) => fingerprint ?? snapshot.fingerprint),
    writesSince: (ctx, snapshot) =>
      see('writesSince', full(ctx), snapshot.id, () => {
        const then = new Set(platform.snapshots.get(snapshot.id));
        return {
          count: platform.data.filter((item) => item.startsWith('u') && !then.has(item)).length,
          unit: 'rows' as const,
        };
      }),
    remove: (ctx, id) => set('remove', full(ctx), id, () => void platform.snapshots.delete(id)),
  };
}
