/** Steers and sees the traffic of an application through the daemon's router. */
import type { AppState } from '../../daemon/protocol.ts';
import type { Evidence, Holding, Traffic } from '../target.ts';
import { daemonApp, type LocalSetup } from './options.ts';
import { processOf, requireUp, supervised } from './supervised.ts';

export function createHolding(setup: LocalSetup): Holding {
  return {
    async hold(ctx) {
      const { name, client } = await supervised(setup);
      await client.hold(name, ctx.fence, setup.options.holdMs);
    },
    async resume(ctx) {
      const { name, client, state } = await supervised(setup);
      if (state) await client.resume(name, ctx.fence);
    },
    async held() {
      const { state } = await supervised(setup);
      return (state?.table.holdMs ?? null) !== null;
    },
  };
}

export function createTraffic(setup: LocalSetup): Required<Omit<Traffic, 'ready'>> {
  return {
    async evidence(_ctx, release) {
      const { state } = await supervised(setup);
      const stats = state?.stats.find((one) => one.release === release.id);
      return evidenceOf(stats, processOf(state, release.id)?.restarts ?? 0);
    },
    async split(ctx, shares, guard) {
      const { name, client, state } = await supervised(setup);
      for (const [release, share] of Object.entries(shares)) if (share > 0) requireUp(state, release);
      await client.route(name, ctx.fence, shares, guard);
    },
    async shares() {
      return (await supervised(setup)).state?.table.shares ?? {};
    },
    async observe(_ctx, after, waitMs) {
      const client = await setup.daemon();
      return client.observations(daemonApp(setup), after, waitMs);
    },
  };
}

type BackendStats = AppState['stats'][number];

export function evidenceOf(stats: Pick<BackendStats, 'classes' | 'latency'> | undefined, restarts: number): Evidence {
  if (!stats) return { requests: 0, errors: 0, p50Ms: null, p99Ms: null, restarts };
  const { classes, latency } = stats;
  return {
    requests: Object.values(classes).reduce((sum, count) => sum + count, 0),
    errors: classes['5xx'] + classes.lost,
    p50Ms: quantile(latency, 0.5),
    p99Ms: quantile(latency, 0.99),
    tailMs: tailOf(latency),
    restarts,
  };
}

function tailOf(latency: BackendStats['latency']): NonNullable<Evidence['tailMs']> | null {
  const [p90, p95, p99, p999] = [0.9, 0.95, 0.99, 0.999].map((q) => quantile(latency, q)) as [
    number,
    number,
    number,
    number,
  ];
  return p90 === null ? null : [p90, p95, p99, p999];
}

/** Upper bound of the bucket in which the share `q` of all requests is reached. */
function quantile(buckets: BackendStats['latency'], q: number): number | null {
  const total = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  if (total === 0) return null;
  let seen = 0;
  for (const bucket of buckets) {
    seen += bucket.count;
    if (seen >= q * total) return bucket.leMs;
  }
  return buckets.at(-1)?.leMs ?? null;
}
