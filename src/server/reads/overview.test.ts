/** One overview for all who ask at once, and never one from before the journal moved on. */
import { expect, test } from 'vitest';
import { VIEWS } from '../../core/views.ts';
import { memoryStore } from '../../testing/memory-store.ts';
import { paused, take } from '../../testing/store-suite.ts';
import type { ServerParts } from '../parts.ts';
import { createOverviewBoard } from './overview.ts';

test('is made once while the journal stands still, and anew when it has moved on or something else has', async () => {
  const store = memoryStore(VIEWS);
  let made = 0;
  let now = 0;
  const clock = { now: () => now, wall: () => new Date(0) };
  const environments = [{ name: 'production', targets: [] }];
  const nothing = { app: 'shop', readOnly: null, health: null, channels: null, repository: null };
  const pending = async () => (made++, null);
  const board = createOverviewBoard({ store, clock, environments, pending, ...nothing } as unknown as ServerParts);
  const [one, two] = await Promise.all([board.read(), board.read()]);
  expect([made, one.environments[0]?.name, two === one]).toEqual([1, 'production', true]);
  await store.append(await take(store), [paused('e1', 'waiting', { deployment: null })]);
  expect(await board.read()).not.toBe(one);
  expect(made).toBe(2);
  await board.read();
  expect(made).toBe(2);
  board.forget();
  await board.read();
  expect(made).toBe(3);
  now = 1_000;
  await board.read();
  expect(made).toBe(4);
});
