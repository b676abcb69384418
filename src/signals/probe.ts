/** Asks both releases by themselves, side by side, where there is no traffic to judge by. At a bounded rate. */
import { z } from 'zod';
import type { Problem } from '../core/errors.ts';
import type { Json } from '../core/release.ts';
import { mapPool } from '../util/async-pool.ts';
import { headersOf } from './headers.ts';
import { unreachable, unusable } from './refusals.ts';
import { ARMS } from './releases.ts';
import type { Reading, Signal, SignalContext } from './signal.ts';
import type { ProbeSpec } from './spec.ts';

type Observation = Extract<Reading, { kind: 'requests' }>['items'][number];

/** However long ago the look before was: a probe must not become a load test. */
const MOST_AT_ONCE = 50;
const FASTEST = 20;
const WIDTH = 4;

const position = z.object({ at: z.number(), asked: z.int().min(0) });

/** @throws Problem CONFIG_INVALID */
export function probeSignal(spec: ProbeSpec, now: () => number = Date.now): Signal {
  if (spec.paths.length === 0) throw unusable('probe', 'it has no path to ask');
  if (!(spec.perSecond > 0 && spec.perSecond <= FASTEST)) {
    throw unusable('probe', `its rate must be above 0 and at most ${FASTEST} requests a second`);
  }
  return {
    kind: 'probe',
    lagMs: 0,
    async reachable(ctx) {
      ctx.signal.throwIfAborted();
      const { stable } = ctx.urls;
      if (stable === null) throw unaskable('stable release');
      // Before the rollout there is no canary to ask yet.
      const path = spec.paths[0] ?? '/';
      const status = await statusOf(new URL(path, stable), spec, ctx.signal);
      if (status === 0) throw unreachable('probe', `the stable release gives no answer to ${path}`);
      if (status >= 500) throw unusable('probe', `the stable release answers ${path} with ${status}: ask what works`);
    },
    async read(ctx, cursor) {
      ctx.signal.throwIfAborted();
      const before = position.safeParse(cursor);
      const start = now();
      // A clock that was set back must not silence the probe until it has caught up.
      if (!before.success || before.data.at > start) {
        return { cursor: { at: start, asked: 0 }, reading: { kind: 'no-data', why: 'probe: asking starts here' } };
      }
      const { at, asked } = before.data;
      const owed = Math.floor(((start - at) / 1_000) * spec.perSecond);
      if (owed === 0) return { cursor, reading: { kind: 'no-data', why: 'probe: the next request is not due yet' } };
      const due = Math.min(MOST_AT_ONCE, owed);
      const items = await askPairs(spec, ctx, { from: asked, count: due }, now);
      const next: Json = { at: owed > due ? start : at + (due * 1_000) / spec.perSecond, asked: asked + due };
      return { cursor: next, reading: { kind: 'requests', items, missed: 0 } };
    },
  };
}

type Bases = Readonly<Record<(typeof ARMS)[number], string>>;

/** @throws Problem when one of them cannot be asked by itself */
function basesOf({ urls }: SignalContext): Bases {
  const { canary, stable } = urls;
  if (canary !== null && stable !== null) return { canary, stable };
  throw unaskable(canary === null ? 'canary' : 'stable release');
}

function unaskable(who: string): Problem {
  return unusable('probe', `the ${who} has no address of its own on this target`);
}

interface Turns {
  readonly from: number;
  readonly count: number;
}

/** Oldest end first. @throws Problem when neither release answered at all */
async function askPairs(spec: ProbeSpec, ctx: SignalContext, turns: Turns, now: () => number): Promise<Observation[]> {
  const bases = basesOf(ctx);
  const each = Array.from({ length: turns.count }, (_, index) => turns.from + index);
  const items = (await mapPool(each, WIDTH, (turn) => askPair(spec, bases, ctx, turn, now))).flat();
  refuseSilence(items);
  return items.toSorted((a, b) => a.at - b.at);
}

/** One request to each; who is first takes turns, so that neither always finds the caches cold. */
async function askPair(
  spec: ProbeSpec,
  bases: Bases,
  ctx: SignalContext,
  turn: number,
  now: () => number,
): Promise<Observation[]> {
  const path = spec.paths[turn % spec.paths.length] ?? '/';
  const order = turn % 2 === 0 ? ARMS : ARMS.toReversed();
  return Promise.all(
    order.map(async (arm) => {
      const started = performance.now();
      const status = await statusOf(new URL(path, bases[arm]), spec, ctx.signal);
      return { at: now(), release: ctx[arm], status, ms: performance.now() - started, client: null };
    }),
  );
}

/** 0: no whole answer in time. */
async function statusOf(url: URL, spec: ProbeSpec, signal: AbortSignal): Promise<number> {
  const headers = headersOf('probe', spec.headers, { 'User-Agent': 'belay-probe' });
  try {
    const response = await fetch(url, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(spec.timeoutMs)]),
    });
    for await (const _ of response.body ?? []) {
      // A body that breaks off is no answer.
    }
    return response.status;
  } catch {
    signal.throwIfAborted();
    return 0;
  }
}

/** Neither answers: more likely the way to them is cut than that both broke at once. */
function refuseSilence(items: readonly Observation[]): void {
  if (items.every(({ status }) => status === 0)) throw unreachable('probe', 'neither release answers');
}
