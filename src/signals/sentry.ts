/** Sessions of each release in Sentry, and those that crashed or had errors: slow evidence, of real users. */
import { z } from 'zod';
import type { Json } from '../core/release.ts';
import { addressOf } from './address.ts';
import { advance, noData } from './advance.ts';
import type { Totals } from './counters.ts';
import { doubt } from './freshness.ts';
import { unreachable, unusable } from './refusals.ts';
import { ARMS, type Arms, withReleases } from './releases.ts';
import { askEvents, askSessions, type Sessions, type Span } from './sentry-api.ts';
import type { Signal, SignalContext } from './signal.ts';
import type { SentrySpec } from './spec.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const position = z.object({ from: z.number(), counts: z.json() });

/** @throws Problem CONFIG_INVALID */
export function sentrySignal(spec: SentrySpec, now: () => number = Date.now): Signal {
  addressOf('sentry', spec.url);
  if (spec.releases.canary === spec.releases.stable) throw unusable('sentry', 'both releases have the same name in it');
  return {
    kind: 'sentry',
    lagMs: spec.lagMs,
    async reachable(ctx) {
      const to = now();
      const seen = await lookAt(spec, ctx, { from: to - DAY_MS, to }, now);
      if (seen.doubt) throw unreachable('sentry', seen.doubt);
      if (seen.stable) return;
      const { stable } = namesOf(spec, ctx);
      throw unusable('sentry', `it has no session of release ${stable} within a day: is that its name there?`);
    },
    async read(ctx, cursor) {
      const to = now();
      const before = position.safeParse(cursor);
      // Rounded as Sentry does, so that every look covers the same whole.
      const from = before.success ? before.data.from : Math.floor(to / HOUR_MS) * HOUR_MS;
      const seen = await lookAt(spec, ctx, { from, to }, now);
      if (seen.doubt) return noData(cursor, seen.doubt);
      // Counts of a fixed span begin at zero, for either release.
      const sample = { at: to, canary: seen.canary ?? NONE, stable: seen.stable ?? NONE };
      const moved = advance(before.success ? (before.data.counts as Json) : null, sample, {
        source: 'sentry',
        decrease: 'revised',
      });
      return { cursor: { from, counts: moved.cursor }, reading: moved.reading };
    },
  };
}

const NONE: Totals = { requests: 0, bad: 0 };

interface Look {
  readonly canary: Totals | null;
  readonly stable: Totals | null;
  readonly doubt: string | null;
}

function namesOf(spec: SentrySpec, arms: Arms): Arms {
  const { canary, stable } = spec.releases;
  return { canary: withReleases(canary, arms, String), stable: withReleases(stable, arms, String) };
}

async function lookAt(
  spec: SentrySpec,
  ctx: SignalContext,
  { from, to }: Omit<Span, 'releases'>,
  now: () => number,
): Promise<Look> {
  const names = namesOf(spec, ctx);
  const span: Span = { from, to, releases: ARMS.map((arm) => names[arm]) };
  // One after the other: Sentry limits how many requests are under way at once.
  const sessions = await askSessions(spec, span, ctx.signal);
  const events = spec.bad === 'events' ? await askEvents(spec, span, ctx.signal) : null;
  const of = (name: string) => totalsOf(sessions.byRelease.get(name), events?.byRelease.get(name) ?? null, spec.bad);
  const why = doubt({ source: 'sentry', now: now(), clock: sessions.clock, evidence: null, oldestMs: 0 });
  return { canary: of(names.canary), stable: of(names.stable), doubt: why };
}

/** Statuses exclude one another: healthy, errored (handled), crashed, abnormal; newer versions may know more. */
function totalsOf(sessions: Sessions | undefined, events: number | null, bad: SentrySpec['bad']): Totals | null {
  if (!sessions && events === null) return null;
  const { healthy = 0, crashed = 0, abnormal = 0, errored = 0, ...others } = sessions ?? {};
  const all = Object.values(others).reduce((sum, count) => sum + count, healthy + crashed + abnormal + errored);
  // An event of no session is a request of its own, so that it is not lost.
  if (bad === 'events') return { requests: Math.max(all, events ?? 0), bad: events ?? 0 };
  return { requests: all, bad: bad === 'crashed' ? crashed + abnormal : all - healthy };
}
