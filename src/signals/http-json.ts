/** Numbers of any endpoint that answers with JSON: since a process began, or of its last interval. */
import { z } from 'zod';
import type { Json } from '../core/release.ts';
import { addressOf, shownAddress } from './address.ts';
import { advance, type Advanced, noData, type Sample } from './advance.ts';
import { askJson } from './ask.ts';
import { disbelief, type Totals } from './counters.ts';
import { doubt } from './freshness.ts';
import { type Reader, readerOf, refuseBadPaths } from './json-path.ts';
import { unreachable, unusable } from './refusals.ts';
import { withReleases } from './releases.ts';
import type { Signal, SignalContext } from './signal.ts';
import type { ArmPaths, HttpJsonSpec } from './spec.ts';

const GRACE_MS = 1_500;

interface Look {
  readonly sample: Sample;
  /** Why it may not be believed. */
  readonly doubt: string | null;
}

/** @throws Problem CONFIG_INVALID */
export function httpJsonSignal(spec: HttpJsonSpec, now: () => number = Date.now): Signal {
  addressOf('http', withReleases(spec.url, { canary: 'canary', stable: 'stable' }, encodeURIComponent));
  if (!(spec.everyMs > 0)) throw unusable('http', 'its interval must be above 0');
  if (spec.counts === 'interval' && spec.at === null) {
    throw unusable(
      'http',
      'numbers of an interval need "at", its time: without it one interval would be counted twice',
    );
  }
  return {
    kind: 'http',
    lagMs: spec.everyMs,
    async reachable(ctx) {
      await refuseBadPaths([...pathsOf(spec)]);
      const { sample, doubt: why } = await lookAt(spec, ctx, now);
      if (why) throw unreachable('http', why);
      if (!sample.stable) throw unusable('http', `${spec.stable.requests} selects nothing for the stable release`);
    },
    async read(ctx, cursor) {
      const { sample, doubt: why } = await lookAt(spec, ctx, now);
      if (why) return noData(cursor, why);
      if (spec.counts === 'interval') return readInterval(cursor, sample);
      return advance(cursor, sample, { source: 'http', decrease: 'from-zero' });
    },
  };
}

function pathsOf({ canary, stable, at }: HttpJsonSpec): readonly string[] {
  return [canary.requests, canary.errors, stable.requests, stable.errors, ...(at === null ? [] : [at])];
}

async function lookAt(spec: HttpJsonSpec, ctx: SignalContext, now: () => number): Promise<Look> {
  const url = addressOf('http', withReleases(spec.url, ctx, encodeURIComponent));
  const { headers, timeoutMs, everyMs } = spec;
  const { json, date } = await askJson({ source: 'http', url, headers, timeoutMs, signal: ctx.signal });
  const answered = now();
  const reader = await readerOf(json, ctx);
  const stamp = spec.at === null ? null : reader.time(spec.at);
  if (spec.at !== null && stamp === null) {
    return {
      sample: { at: answered, canary: null, stable: null },
      doubt: `${shownAddress(url)} has no time at ${spec.at}`,
    };
  }
  const why = doubt({
    source: 'http',
    now: answered,
    clock: date,
    evidence: stamp,
    oldestMs: 2 * everyMs + GRACE_MS,
  });
  const at = stamp ?? answered;
  return { sample: { at, canary: totalsAt(reader, spec.canary), stable: totalsAt(reader, spec.stable) }, doubt: why };
}

/** Requests without a number of errors are an arm without errors, unless the path is wrong for both: see `reachable`. */
function totalsAt(reader: Reader, paths: ArmPaths): Totals | null {
  const requests = reader.count(paths.requests);
  const bad = reader.count(paths.errors);
  return requests === null ? null : { requests, bad: bad ?? 0 };
}

const lastSeen = z.object({ interval: z.number() });

/** An interval counts once, by its time; one that passed between two looks is lost, for both arms alike. */
function readInterval(cursor: Json | null, { at, canary, stable }: Sample): Advanced {
  const before = lastSeen.safeParse(cursor);
  const next = { interval: at };
  if (!before.success) return noData(next, 'http: counting starts here');
  if (at <= before.data.interval) return noData(cursor, 'http has nothing newer than the look before');
  if (!canary || !stable) return noData(next, `http has nothing of the ${canary ? 'stable release' : 'canary'}`);
  if (canary.requests + stable.requests === 0) return noData(next, 'http has counted no request of either release');
  const why = disbelief('http', [canary, stable]);
  if (why) return noData(next, why);
  return { cursor: next, reading: { kind: 'counts', at, canary, stable } };
}
