/** From one look at two arms' counters, and the look before, to a reading. All signals that count go through here. */
import { z } from 'zod';
import type { Json } from '../core/release.ts';
import { type Decrease, disbelief, growth, highest, NOTHING, type Totals } from './counters.ts';
import type { Reading } from './signal.ts';

/** One look. An arm is null when the source has nothing of it. */
export interface Sample {
  /** Milliseconds since 1970, when the numbers were true. */
  readonly at: number;
  readonly canary: Totals | null;
  readonly stable: Totals | null;
}

export interface Advance {
  /** Kind of the signal, for messages. */
  readonly source: string;
  /** How a decrease is to be understood; `revised`: numbers are corrected afterwards. */
  readonly decrease: Decrease | 'revised';
}

export interface Advanced {
  readonly cursor: Json;
  readonly reading: Reading;
}

const totals = z.object({
  requests: z.number(),
  bad: z.number(),
  latency: z.array(z.object({ leMs: z.number(), count: z.number() })).optional(),
});
const position = z.object({ at: z.number(), canary: totals.nullable(), stable: totals.nullable() });
type Position = z.infer<typeof position>;

/** A cursor of another kind or version counts as none: reading starts anew. */
export function positionOf(cursor: Json | null): Position | null {
  const parsed = position.safeParse(cursor);
  return parsed.success ? parsed.data : null;
}

export function noData(cursor: Json, why: string): Advanced {
  return { cursor, reading: { kind: 'no-data', why } };
}

/** Nothing is counted twice or lost: what a reading without counts does not tell, a later one does, for both arms alike. */
export function advance(cursor: Json | null, now: Sample, { source, decrease }: Advance): Advanced {
  const before = positionOf(cursor);
  if (!before) return noData(begin(now), `${source}: counting starts here`);
  if (now.at <= before.at) return noData(cursor, `${source} has nothing newer than the look before`);
  if (!before.canary || !before.stable) {
    return noData(begin({ ...now, canary: now.canary ?? restore(before.canary) }), missing(source, now));
  }
  if (!now.canary || !now.stable) return silent(cursor, before, now, source);
  const seen = decrease === 'revised' ? revised(before, now) : now;
  const rule = decrease === 'revised' ? 'from-zero' : decrease;
  const canary = growth(restore(before.canary) ?? NOTHING, seen.canary ?? NOTHING, rule);
  const stable = growth(restore(before.stable) ?? NOTHING, seen.stable ?? NOTHING, rule);
  const next = write(seen);
  if (!canary || !stable)
    return noData(next, `${source}: counters went back, as after a restart; counting starts anew`);
  if (canary.requests + stable.requests + canary.bad + stable.bad === 0) {
    return noData(next, `${source} has counted no request of either release since the look before`);
  }
  const why = disbelief(source, [canary, stable]);
  if (why) return noData(next, why);
  return { cursor: next, reading: { kind: 'counts', at: now.at, canary, stable } };
}

/** A canary that nobody has asked yet has no counters; they will begin at zero. The same of the stable release is no beginning. */
function begin(now: Sample): Json {
  return write({ ...now, canary: now.canary ?? (now.stable ? NOTHING : null) });
}

/**
 * Gone after it was seen: both arms wait at the look before, so that they cover the same time when it is back. A canary
 * that was never seen has counted nothing, and what the stable release counts meanwhile compares with nothing.
 */
function silent(cursor: Json | null, before: Position, now: Sample, source: string): Advanced {
  const waiting = now.stable !== null && before.canary?.requests === 0;
  return noData(waiting ? begin(now) : cursor, missing(source, now));
}

function missing(source: string, { canary, stable }: Sample): string {
  if (canary && stable) return `${source}: counting starts here`;
  const who = canary ? 'the stable release' : stable ? 'the canary' : 'either release';
  return `${source} has nothing of ${who}`;
}

function revised(before: Position, now: Sample): Sample {
  const arm = (old: Totals | null, seen: Totals | null) => (old && seen ? highest(old, seen) : seen);
  return {
    at: now.at,
    canary: arm(restore(before.canary), now.canary),
    stable: arm(restore(before.stable), now.stable),
  };
}

type Written = NonNullable<Position['canary']>;

/** Zod gives an optional key the value undefined as well, which the types tell apart. */
function restore(written: Written | null): Totals | null {
  if (!written) return null;
  const { requests, bad, latency } = written;
  return latency ? { requests, bad, latency } : { requests, bad };
}

function write({ at, canary, stable }: Sample): Json {
  return { at, canary: writeArm(canary), stable: writeArm(stable) };
}

function writeArm(arm: Totals | null): Json {
  if (!arm) return null;
  const { requests, bad, latency } = arm;
  return latency ? { requests, bad, latency: latency.map(({ leMs, count }) => ({ leMs, count })) } : { requests, bad };
}
