import { expect, test } from 'vitest';
import { createObservationLog } from './observation-log.ts';
import type { RouteTable } from './router.ts';

const observation = (at: number) => ({ at, release: 'r', status: 200, ms: 1, client: null });
const table = (shares: RouteTable['shares']): RouteTable => ({ backends: [], shares, holdMs: null });
const SPLIT = table({ a: 0.9, b: 0.1 });

test('tells what came since, and counts what was forgotten before it was asked for', () => {
  const log = createObservationLog({ now: () => 0, size: 4 });
  log.follow(SPLIT);
  const { next } = log.read(null);
  for (let at = 0; at < 3; at++) log.record(observation(at));
  expect(log.read(next)).toMatchObject({ missed: 0, items: [{ at: 0 }, { at: 1 }, { at: 2 }] });
  for (let at = 3; at < 10; at++) log.record(observation(at));
  const late = log.read(next);
  expect(late).toMatchObject({ missed: 6, items: [{ at: 6 }, { at: 7 }, { at: 8 }, { at: 9 }] });
  expect(log.read(late.next)).toEqual({ next: late.next, missed: 0, items: [] });
});

test('counts what nobody saw, whatever its number', () => {
  const log = createObservationLog({ now: () => 0, size: 4 });
  log.follow(SPLIT);
  const { next } = log.read(null);
  log.miss(2);
  log.record(observation(1));
  expect(log.read(next)).toMatchObject({ missed: 2, items: [{ at: 1 }] });
  log.miss(1_000_000);
  expect(log.read(next)).toMatchObject({ missed: 1_000_003, items: [] });
});

test('keeps nothing before a split, and forgets a minute after it', () => {
  let time = 0;
  const log = createObservationLog({ now: () => time });
  const { next } = log.read(null);
  log.record(observation(0));
  expect(log.read(next).items).toEqual([]);
  log.follow(SPLIT);
  log.record(observation(1));
  log.follow(table({ a: 1 }));
  time = 59_000;
  log.record(observation(2));
  expect(log.read(next).items).toHaveLength(2);
  time = 61_000;
  log.record(observation(3));
  expect(log.read(next)).toMatchObject({ missed: 2, items: [] });
});

test('a cursor of an earlier life gets what is there, and is told that more may be missing', () => {
  const { next } = createObservationLog({ now: () => 0 }).read(null);
  const log = createObservationLog({ now: () => 0 });
  log.follow(SPLIT);
  log.record(observation(1));
  for (const cursor of [next, '', 'nonsense', '.7']) {
    expect(log.read(cursor)).toMatchObject({ restarted: true, items: [{ at: 1 }] });
  }
  expect(log.read(log.read(next).next)).not.toHaveProperty('restarted');
});

test('says once that something may be missing', () => {
  const log = createObservationLog({ now: () => 0 });
  log.follow(SPLIT);
  const { next } = log.read(null);
  log.record(observation(1));
  log.interrupt();
  log.record(observation(2));
  const seen = log.read(next);
  expect(seen).toMatchObject({ restarted: true, missed: 0, items: [{ at: 1 }, { at: 2 }] });
  expect(log.read(seen.next)).not.toHaveProperty('restarted');
});

test('gives a long story in parts', () => {
  const log = createObservationLog({ now: () => 0 });
  log.follow(SPLIT);
  const { next } = log.read(null);
  for (let at = 0; at < 20_000; at++) log.record(observation(at));
  const seen: number[] = [];
  for (let part = log.read(next); part.items.length > 0; part = log.read(part.next)) {
    seen.push(...part.items.map(({ at }) => at));
  }
  expect(seen).toEqual(Array.from({ length: 20_000 }, (_, at) => at));
});
