/** Counters that Prometheus has scraped of both releases: raw samples whose differences are taken here, never `rate()`. */
import type { Json } from '../core/release.ts';
import { addressOf } from './address.ts';
import { advance, noData } from './advance.ts';
import { doubt } from './freshness.ts';
import { type PrometheusApi, prometheusApi } from './prometheus-api.ts';
import { type Look, lookAt } from './prometheus-look.ts';
import { unreachable, unusable } from './refusals.ts';
import type { Signal, SignalContext } from './signal.ts';
import type { PrometheusSpec } from './spec.ts';

/** Scrapes come a little late, and answers tell their time in whole seconds. */
const GRACE_MS = 1_500;

/** @throws Problem CONFIG_INVALID */
export function prometheusSignal(spec: PrometheusSpec, now: () => number = Date.now): Signal {
  const address = addressOf('prometheus', spec.url);
  refuseRates(spec);
  if (!(spec.scrapeMs > 0)) throw unusable('prometheus', 'its scrape interval must be above 0');
  // Asked once a process: a rollout that is resumed elsewhere has not called reachable().
  let learned: number | null = null;
  // While scrapes fail there are no series to take it from.
  let { job } = spec;

  const apiOf = (ctx: SignalContext) => prometheusApi({ ...spec, address }, learned, ctx.signal);
  const lagMs = () => learned ?? spec.scrapeMs;

  async function look(ctx: SignalContext): Promise<Look> {
    const api: PrometheusApi = apiOf(ctx);
    const seen = await lookAt(api, { ...spec, job }, ctx);
    job = seen.job;
    if (learned === null && job !== null) learned = (await api.scrapeInterval(job)) ?? spec.scrapeMs;
    return seen;
  }

  /** Older than one scrape and one interval more: scraping has stopped. */
  const whyNot = (seen: Look) =>
    doubt({
      source: 'prometheus',
      now: now(),
      clock: seen.clock,
      evidence: seen.scrapedAt,
      oldestMs: 2 * lagMs() + GRACE_MS,
    }) ?? seen.fault;

  return {
    kind: 'prometheus',
    get lagMs() {
      return lagMs();
    },
    async reachable(ctx) {
      const seen = await look(ctx);
      const why = whyNot(seen);
      if (why) throw unreachable('prometheus', why);
      if (!seen.stable) throw unusable('prometheus', 'its query for requests gives nothing for the stable release');
      if (spec.latency && !seen.stable.latency) {
        throw unusable('prometheus', 'its query for latency gives nothing for the stable release');
      }
    },
    async read(ctx, cursor) {
      const seen = await look(ctx);
      const before = split(cursor);
      const why = whyNot(seen);
      if (why) return noData(cursor, why);
      const sample = { at: seen.scrapedAt ?? seen.clock, canary: seen.canary, stable: seen.stable };
      const rule = { source: 'prometheus', decrease: seen.raw ? 'from-zero' : 'unknown' } as const;
      const sameProcesses = before.processes === null || before.processes === seen.processes;
      const moved = advance(sameProcesses ? before.counts : null, sample, rule);
      const next = { processes: seen.processes, counts: moved.cursor };
      if (sameProcesses) return { cursor: next, reading: moved.reading };
      // A sum that lost or gained a process has changed by what that one had counted in all its life.
      return noData(
        next,
        'prometheus scrapes other processes than before (a start, a stop, a missed scrape); counting starts anew',
      );
    },
  };
}

/** Of rates no differences can be taken: they would be told as counters that barely move. */
function refuseRates(spec: PrometheusSpec): void {
  for (const asked of [spec.requests, spec.errors, spec.latency]) {
    for (const query of asked === null ? [] : 'query' in asked ? [asked.query] : [asked.canary, asked.stable]) {
      const rate = /\b(i?rate|increase|i?delta|deriv|histogram_quantile)\s*\(/.exec(query)?.[1];
      if (rate) throw unusable('prometheus', `${query} computes ${rate}(); write the counter itself, without it`);
    }
  }
}

function split(cursor: Json | null): { processes: string | null; counts: Json | null } {
  if (typeof cursor !== 'object' || cursor === null || !('counts' in cursor)) return { processes: null, counts: null };
  const { processes, counts } = cursor as { readonly processes?: Json; readonly counts: Json };
  return { processes: typeof processes === 'string' ? processes : null, counts };
}
