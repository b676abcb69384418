/** The suite that every signal passes. Needs no test runner of ours: hand in your runner's `test`. */
import assert from 'node:assert/strict';
import { isProblem } from '../core/errors.ts';
import type { Json } from '../core/release.ts';
import type { Reading, Signal, SignalContext } from '../signals/signal.ts';

/** Requests to one release, and how many of them fail. */
export interface Served {
  readonly requests: number;
  readonly bad: number;
}

/** A source that knows both releases and has not been read yet. */
export interface SignalSubject {
  /** A signal on the source, as another process would make it. */
  open(): Signal;
  readonly context: SignalContext;
  /** Both releases serve, as many requests each; resolves when the source can tell. */
  serve(traffic: { readonly canary: Served; readonly stable: Served }): Promise<void>;
  /** The source goes on without traffic: its next numbers are out when it resolves. */
  idle(): Promise<void>;
  /** The source answers, and has nothing of the releases any more. Absent where that cannot be. */
  silence?(): Promise<void>;
  /** Nobody answers. */
  disconnect(): Promise<void>;
  /** Values that the signal was given and that nothing it returns or throws may hold. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

export interface SignalContract {
  /** `test` of Vitest, node:test, or anything alike. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
  readonly name: string;
  readonly make: () => Promise<SignalSubject>;
}

type Case = (subject: SignalSubject) => Promise<void>;
interface Tally {
  readonly canary: Served;
  readonly stable: Served;
}

const NOTHING: Tally = { canary: { requests: 0, bad: 0 }, stable: { requests: 0, bad: 0 } };
const TRAFFIC: Tally = { canary: { requests: 10, bad: 3 }, stable: { requests: 10, bad: 1 } };

const plus = (a: Served, b: Served): Served => ({ requests: a.requests + b.requests, bad: a.bad + b.bad });
const sum = (a: Tally, b: Tally): Tally => ({ canary: plus(a.canary, b.canary), stable: plus(a.stable, b.stable) });

function tally(reading: Reading, context: SignalContext): Tally {
  if (reading.kind === 'no-data') return NOTHING;
  if (reading.kind === 'requests') {
    assert.equal(reading.missed, 0, 'missed');
    const of = (release: string): Served => {
      const mine = reading.items.filter((item) => item.release === release);
      return { requests: mine.length, bad: mine.filter(({ status }) => status === 0 || status >= 500).length };
    };
    return { canary: of(context.canary), stable: of(context.stable) };
  }
  const { canary, stable } = reading;
  for (const { requests, latency } of [canary, stable]) {
    const counted = latency?.reduce((all, { count }) => all + count, 0);
    assert.ok(counted === undefined || counted <= requests, 'the histogram holds each request once');
  }
  return {
    canary: { requests: canary.requests, bad: canary.bad },
    stable: { requests: stable.requests, bad: stable.bad },
  };
}

/** What the journal makes of it. */
const kept = (cursor: Json): Json => JSON.parse(JSON.stringify(cursor)) as Json;

const laterProblem = (error: unknown) => isProblem(error) && error.retry === 'later';

function isNoData(reading: Reading): void {
  assert.equal(reading.kind, 'no-data', JSON.stringify(reading));
  if (reading.kind === 'no-data') assert.ok(reading.why.length > 10, 'says why');
}

const CASES: Readonly<Record<string, Case>> = {
  async 'a source that knows the application is reachable'({ open, context }) {
    const signal = open();
    await signal.reachable(context);
    assert.ok(signal.kind.length > 0 && signal.lagMs >= 0 && Number.isFinite(signal.lagMs));
  },

  async 'the first look tells nothing of before, and gives a cursor'({ open, context, serve }) {
    await serve(TRAFFIC);
    const { cursor, reading } = await open().read(context, null);
    isNoData(reading);
    assert.deepEqual(kept(cursor), cursor, 'the cursor survives the journal');
    assert.ok(JSON.stringify(cursor).length < 16_384, 'and belongs into an entry');
  },

  async 'what came after a look is told once'({ open, context, serve }) {
    const signal = open();
    const first = await signal.read(context, null);
    await serve(TRAFFIC);
    const second = await signal.read(context, first.cursor);
    assert.deepEqual(tally(second.reading, context), TRAFFIC);
    const third = await signal.read(context, second.cursor);
    isNoData(third.reading);
  },

  async 'nothing is lost or counted twice when another process goes on'({ open, context, serve, idle }) {
    let { cursor } = await open().read(context, null);
    let seen = NOTHING;
    const look = async () => {
      const { cursor: next, reading } = await open().read(context, kept(cursor));
      cursor = next;
      seen = sum(seen, tally(reading, context));
    };
    await serve(TRAFFIC);
    await look();
    await look();
    await serve(TRAFFIC);
    await idle();
    await look();
    assert.deepEqual(seen, sum(TRAFFIC, TRAFFIC));
  },

  async 'no traffic is no data, not health'({ open, context, serve, idle }) {
    const signal = open();
    await serve(TRAFFIC);
    const { cursor } = await signal.read(context, null);
    await idle();
    isNoData((await signal.read(context, cursor)).reading);
  },

  async 'a source that has nothing of the releases gives no data'({ open, context, serve, silence }) {
    if (!silence) return;
    const signal = open();
    await serve(TRAFFIC);
    const { cursor } = await signal.read(context, null);
    await silence();
    isNoData((await signal.read(context, cursor)).reading);
    isNoData((await signal.read(context, null)).reading);
  },

  async 'a source that does not answer is a problem of now'(subject) {
    const { open, context, serve, idle } = subject;
    const signal = open();
    await serve(TRAFFIC);
    const { cursor } = await signal.read(context, null);
    await idle();
    await subject.disconnect();
    await assert.rejects(signal.read(context, cursor), laterProblem, 'read');
    await assert.rejects(open().reachable(context), laterProblem, 'reachable');
  },

  async 'a look that is called off ends'({ open, context }) {
    const reason = new Error('called off');
    const signal = AbortSignal.abort(reason);
    await assert.rejects(open().read({ ...context, signal }, null), (error) => error === reason);
  },

  async 'secrets are in nothing that it says'(subject) {
    const { open, context, serve, secrets } = subject;
    const signal = open();
    const said: unknown[] = [];
    const first = await signal.read(context, null);
    await serve(TRAFFIC);
    said.push(first, await signal.read(context, first.cursor));
    await subject.disconnect();
    await signal.read(context, first.cursor).catch((error: unknown) => {
      said.push(String(error), isProblem(error) ? [error.why, error.details, error.next] : null);
    });
    for (const secret of secrets) assert.ok(!JSON.stringify(said).includes(secret), 'holds a secret');
  },
};

/** Registers the whole suite with your runner's `test`. */
export function signalContract({ test, name, make }: SignalContract): void {
  for (const [promise, run] of Object.entries(CASES)) {
    test(`${name}: ${promise}`, async () => {
      const subject = await make();
      try {
        await run(subject);
      } finally {
        await subject.close();
      }
    });
  }
}
