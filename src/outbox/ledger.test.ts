/** What waits, what is tried when, what is given up: the ledger of a channel, without a store. */
import { expect, test } from 'vitest';
import type { Message } from '../notifiers/notifier.ts';
import { messageOf } from '../../test/support/message.ts';
import { pauseMs, TRIES } from './backoff.ts';
import { accepted, type Ledger, newLedger, nextDue, nextTime, refused, retryAll, take } from './ledger.ts';

const AT_ONCE = { due: 0, group: null, groupMs: 0 };
const DOWN = { reason: 'down', permanent: false, retryAfterMs: null, chance: 1 };
const GONE = { ...DOWN, reason: 'gone', permanent: true };

let n = 0;
const message = (news: Message['news'], deployment: string | null): Message =>
  messageOf(news, { id: `e-${(n += 1)}`, deployment });
const taken = (...messages: readonly Message[]): Ledger =>
  messages.reduce((ledger, one, at) => take(ledger, one, at + 1, AT_ONCE, 0), newLedger(0));
const due = (ledger: Ledger, now: number) => {
  const entry = nextDue(ledger, now);
  if (!entry) throw new Error('nothing is due');
  return entry;
};
const news = ({ waiting }: Ledger) => waiting.map((one) => one.news);

test('pauses of 5 s, 30 s, 2 min, 10 min, 1 h and 6 h at most, then it is given up with the reason', () => {
  let ledger = taken(message('failed', 'd-1'));
  const pauses: number[] = [];
  for (let now = 0; nextTime(ledger) !== null;) {
    const before = now;
    ledger = refused(ledger, due(ledger, now), DOWN, now);
    const next = nextTime(ledger);
    if (next === null) break;
    pauses.push((next - before) / 1_000);
    now = next;
  }
  expect(pauses).toEqual([5, 30, 120, 600, 3_600, 21_600]);
  expect(pauses).toHaveLength(TRIES - 1);
  expect(ledger.undeliverable).toMatchObject([{ news: 'failed', failures: 7, reason: 'down' }]);
  expect([pauseMs(2, 0, null), pauseMs(2, 0.5, null), pauseMs(1, 0, 60_000)]).toEqual([0, 15_000, 60_000]);
});

test('messages of one deployment keep their order, those of others go on meanwhile', () => {
  let ledger = taken(message('started', 'd-1'), message('started', 'd-2'), message('succeeded', 'd-1'));
  ledger = refused(ledger, due(ledger, 0), DOWN, 0);
  const other = due(ledger, 0);
  expect(other.queue).toBe('d-2');
  ledger = accepted(ledger, other, 0);
  // The channel is there again: what waits for it is due at once, the first of the deployment first.
  expect(due(ledger, 0)).toMatchObject({ news: 'started', queue: 'd-1', failures: 1 });
  expect(news(accepted(ledger, due(ledger, 0), 0))).toEqual(['succeeded']);
});

test('a fresh message hurries those before it; each is given up behind its own tries', () => {
  let ledger = taken(message('started', 'd-1'));
  for (let now = 0; due(ledger, now).failures < 5; now = nextTime(ledger) ?? 0)
    ledger = refused(ledger, due(ledger, now), DOWN, now);
  const now = (nextTime(ledger) ?? 0) - 1_000_000;
  ledger = take(ledger, message('failed', 'd-1'), 9, { ...AT_ONCE, due: now }, now);
  expect(due(ledger, now).news).toBe('started');
  ledger = refused(ledger, due(ledger, now), DOWN, now);
  expect((nextTime(ledger) ?? 0) - now).toBe(5_000);
  ledger = refused(ledger, due(ledger, now + 5_000), DOWN, now + 5_000);
  expect(ledger.undeliverable.map((one) => one.news)).toEqual(['started']);
  expect(ledger.waiting).toMatchObject([{ news: 'failed', failures: 2 }]);
});

test('what is refused for good is given up alone; `retry` brings it back, and the list is bounded', () => {
  let ledger = taken(message('started', 'd-1'), message('failed', 'd-1'));
  ledger = refused(ledger, due(ledger, 0), GONE, 0);
  expect(news(ledger)).toEqual(['failed']);
  ledger = retryAll(ledger, 5);
  expect(news(ledger)).toEqual(['started', 'failed']);
  expect(ledger.undeliverable).toEqual([]);
  for (let at = 0; at < 60; at += 1) {
    ledger = take(ledger, message('alert', null), 20 + at, AT_ONCE, 0);
  }
  while (nextDue(ledger, 5)) ledger = refused(ledger, due(ledger, 5), GONE, 5);
  expect([ledger.undeliverable.length, ledger.forgotten]).toEqual([50, 12]);
});

test('within the window of a group further ones wait and become one with a count; then the window is over', () => {
  const grouped = { due: 0, group: 'alert', groupMs: 60_000 };
  let ledger = take(newLedger(0), message('alert', 'd-1'), 1, grouped, 0);
  for (const at of [2, 3, 4]) ledger = take(ledger, message('alert', `d-${at}`), at, { ...grouped, due: at }, at);
  ledger = accepted(ledger, due(ledger, 4), 4);
  expect([nextDue(ledger, 59_999), nextTime(ledger)]).toEqual([null, 60_000]);
  expect(due(ledger, 60_000)).toMatchObject({ n: 4, count: 3 });
  ledger = take(ledger, message('alert', 'd-9'), 9, { ...grouped, due: 70_000 }, 70_000);
  expect(ledger.waiting.at(-1)).toMatchObject({ n: 9, count: 1, held: false });
});

test('what waits for the morning comes as one of its kind, and something urgent does not wait for it', () => {
  const night = { due: 1_000, group: 'alert', groupMs: 0 };
  let ledger = take(newLedger(0), message('alert', null), 1, night, 0);
  ledger = take(ledger, message('alert', null), 2, night, 5);
  ledger = take(ledger, message('stuck', 'd-1'), 3, { ...AT_ONCE, due: 6 }, 6);
  expect(due(ledger, 6).news).toBe('stuck');
  ledger = accepted(ledger, due(ledger, 6), 6);
  expect(nextDue(ledger, 999)).toBeNull();
  expect(due(ledger, 1_000)).toMatchObject({ n: 2, count: 2 });
});
