/** How late events have been is never understated, however they were split into appends. */
import { assert as hold, array, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import type { JournalEvent } from '../core/events.ts';
import { type Lateness, latenessAfter } from './lateness.ts';

const at = (second: number): string => new Date(second * 1_000).toISOString();
const event = (second: number): JournalEvent => ({ at: at(second) }) as JournalEvent;

/** By the definition: for each event, how far it is behind the latest before it. */
function mostBehind(seconds: readonly number[]): number {
  return Math.max(0, ...seconds.map((second, index) => Math.max(...seconds.slice(0, index + 1)) - second));
}

function afterAppends(appends: readonly (readonly number[])[]): Lateness | null {
  let known: Lateness | null = null;
  let last: string | null = null;
  for (const seconds of appends) {
    known = latenessAfter(known, last, seconds.map(event)) ?? known;
    last = seconds.length === 0 ? last : at(seconds.at(-1) ?? 0);
  }
  return known;
}

test('it is the most that any event was behind an earlier one', () => {
  const appends = array(array(integer({ min: 0, max: 50 }), { maxLength: 4 }), { maxLength: 8 });
  hold(property(appends, (given) => (afterAppends(given)?.backS ?? 0) === mostBehind(given.flat())));
});

test('events in the order of their times leave nothing to keep', () => {
  expect(latenessAfter(null, null, [1, 2, 2, 9].map(event))).toBeNull();
  expect(latenessAfter({ high: at(50), backS: 30 }, at(60), [60, 61].map(event))).toBeNull();
});

test('a time that cannot be read counts as late by decades', () => {
  const unreadable = { at: '' } as JournalEvent;
  expect(latenessAfter(null, at(5), [unreadable])?.backS).toBeGreaterThan(900_000_000);
});
