/** Telling goes on beside a deployment: in order, for a few seconds at most, and what went wrong is said once. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { JournalEvent } from '../../../src/core/events.ts';
import type { Notifier } from '../../../src/notifiers/notifier.ts';
import { startTelling } from '../../../src/project-notify.ts';
import { memoryStore } from '../../../src/testing/memory-store.ts';
import { VIEWS } from '../../../src/core/views.ts';

const opened = (deployment: string): JournalEvent => {
  const data = {
    kind: 'deploy',
    format: 1,
    tool: 'belay',
    release: 'r-1',
    source: { commit: 'a' },
    strategy: 'recreate',
  };
  return {
    kind: 'deployment.opened',
    environment: 'production',
    deployment,
    actor: 'mia',
    data,
  } as unknown as JournalEvent;
};
const never = new AbortController().signal;
const telling = (send: Notifier['send'], now = never, limitMs = 100) =>
  startTelling(
    memoryStore(VIEWS),
    [{ name: 'GitHub', send }],
    (text) => text.replace('s3cret', '[secret]'),
    now,
    limitMs,
  );

test('one after the other, in the order of the events', async () => {
  const told: string[] = [];
  const { event, settle } = telling(async ({ deployment }) => {
    told.push(`${deployment} begins`);
    await delay(5);
    told.push(`${deployment} ends`);
  });
  event(opened('d-1'));
  event(opened('d-2'));
  expect(await settle()).toBeNull();
  expect(told).toEqual(['d-1 begins', 'd-1 ends', 'd-2 begins', 'd-2 ends']);
});

test('a receiver that never answers is waited for once, and is told to stop', async () => {
  let stopped = false;
  const { event, settle } = telling((_message, signal) => {
    signal.addEventListener('abort', () => (stopped = true));
    return new Promise<void>(() => undefined);
  });
  event(opened('d-1'));
  const before = performance.now();
  expect(await settle()).toBe('GitHub was not told in time: no answer within 100 ms');
  expect(performance.now() - before).toBeLessThan(2_000);
  expect(stopped).toBe(true);
  expect(await settle()).toBeNull();
});

test('whoever stops at once does not wait at all', async () => {
  const now = new AbortController();
  const { event, settle } = telling(() => new Promise<void>(() => undefined), now.signal, 60_000);
  event(opened('d-1'));
  now.abort();
  const before = performance.now();
  await settle();
  expect(performance.now() - before).toBeLessThan(2_000);
});

test('the first failure is said, once and without secrets; the next message is tried all the same', async () => {
  const tried: string[] = [];
  const { event, settle } = telling(async ({ deployment }) => {
    tried.push(deployment);
    throw new Error(`s3cret went wrong with ${deployment}`);
  });
  event(opened('d-1'));
  event(opened('d-2'));
  expect(await settle()).toBe('GitHub was not told that d-1 is begun: [secret] went wrong with d-1');
  expect(tried).toEqual(['d-1', 'd-2']);
  expect(await settle()).toBeNull();
});
