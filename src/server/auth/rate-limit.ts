/** How often somebody may ask: a bucket each that fills at a steady rate. */

export interface RateLimit {
  /** 0 when it is allowed, else the milliseconds after which it will be. */
  take(who: string): number;
}

/** Beyond this, whoever asked longest ago is forgotten. */
const MOST = 10_000;

/** @param perMinute how many in a minute; so many at once as well */
export function createRateLimit(perMinute: number, now: () => number): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>();
  const perMs = perMinute / 60_000;
  return {
    take(who) {
      const at = now();
      const known = buckets.get(who);
      const left = known ? Math.min(perMinute, known.left + (at - known.at) * perMs) : perMinute;
      const allowed = left >= 1;
      // Behind all others: the first one in the map is who asked longest ago.
      buckets.delete(who);
      buckets.set(who, { left: allowed ? left - 1 : left, at });
      if (buckets.size > MOST) for (const oldest of buckets.keys()) if (buckets.delete(oldest)) break;
      return allowed ? 0 : Math.ceil((1 - left) / perMs);
    },
  };
}
