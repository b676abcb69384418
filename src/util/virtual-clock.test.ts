/** Waits that end at once, in the order in which they would have ended. */
import { expect, test } from 'vitest';
import { createVirtualClock } from './virtual-clock.ts';

test('an hour passes at once, waits overlap, and the earlier ends first', async () => {
  const clock = createVirtualClock(1_000);
  const ended: string[] = [];
  const wait = async (name: string, ms: number) => {
    await clock.sleep(ms);
    ended.push(`${name} at ${clock.now()}`);
  };
  await Promise.all([wait('hour', 3_600_000), wait('minute', 60_000), wait('nothing', 0)]);
  expect(ended).toEqual(['nothing at 1000', 'minute at 61000', 'hour at 3601000']);
  expect(clock.wall().getTime()).toBe(3_601_000);
});

test('a wait that is called off ends where it is, and the clock never goes back', async () => {
  const clock = createVirtualClock(0);
  const off = new AbortController();
  const waiting = clock.sleep(60_000, off.signal);
  off.abort();
  await waiting;
  await clock.sleep(60_000, off.signal);
  expect(clock.now()).toBe(0);
  clock.jumpTo(500);
  clock.jumpTo(100);
  expect(clock.now()).toBe(500);
});
