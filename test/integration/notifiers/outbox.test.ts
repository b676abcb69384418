/** The outbox over a journal and real receivers: nothing is lost, nobody is held up, and a repetition has the same id. */
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VIEWS } from '../../../src/core/views.ts';
import type { Notifier } from '../../../src/notifiers/notifier.ts';
import { createSlackNotifier } from '../../../src/notifiers/slack.ts';
import { createWebhookNotifier } from '../../../src/notifiers/webhook.ts';
import { type Channel, deliver, type Delivering } from '../../../src/outbox/deliver.ts';
import { readLedger } from '../../../src/outbox/ledger-document.ts';
import { createOutbox } from '../../../src/outbox/outbox.ts';
import { EVERYTHING } from '../../../src/outbox/route.ts';
import { startTelling } from '../../../src/project-notify.ts';
import { tellRegressions } from '../../../src/project-regressions.ts';
import type { Store } from '../../../src/stores/store.ts';
import { memoryPlace, type MemoryPlace } from '../../../src/testing/memory-store.ts';
import { committed, opened, writeEvent } from '../../support/journal.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { until } from '../../support/until.ts';

const KEYS = ['whsec_bmV3IGtleSwgbmV3IGtleSwgbmV3IQ==', 'b2xkIGtleSwgb2xkIGtleSwgb2xkIQ=='] as const;
const NO_REVIEW = {
  teamSize: null,
  deploysPerWeek: null,
  users: null,
  usersNow: null,
  failureRate: null,
  recoveryMs: null,
};
const never = new AbortController().signal;

let place: MemoryPlace;
let store: Store;
let receiver: Receiver;
let now: number;

beforeEach(async () => {
  place = memoryPlace();
  store = place.open(VIEWS);
  receiver = await startReceiver();
  now = Date.parse('2026-11-21T19:00:00Z');
});
afterEach(() => receiver.close());

const begins = (deployment: string, environment = 'production') =>
  writeEvent(store, { kind: 'deployment.opened', data: opened(), deployment, environment, at: now });
const fails = (deployment: string) =>
  writeEvent(store, { kind: 'deployment.rolled-back', data: { reason: 'it broke', live: {} }, deployment, at: now });

const delivering = (more: Partial<Delivering> = {}): Delivering => ({
  store,
  app: 'shop',
  repository: () => Promise.resolve('https://github.com/acme/shop'),
  dashboard: null,
  clean: (text) => text.replaceAll('s3cret', '[secret]'),
  self: { host: 'here', bootId: 'b', pid: 1, pidStart: '1' },
  isAlive: () => true,
  now: () => now,
  chance: () => 1,
  ...more,
});
const channel = (notifier: Notifier | null, name = 'hook'): Channel => ({
  name,
  notifier,
  unavailable: notifier ? null : 'set HOOK_URL in the environment',
  routes: EVERYTHING,
});
const webhook = (url = `${receiver.url}/hook`) =>
  createWebhookNotifier({ url, secrets: KEYS, now: () => Date.now() / 1_000 });
const hook = (url?: string) => channel(webhook(url));
const pass = async (one = hook(), from?: number, how = delivering()) =>
  (await deliver(how, one, 'production', never, from)).ledger;
const ids = () => receiver.received.map(({ headers }) => headers['webhook-id']);

test('each way of failing is survived: it is tried again, later and later, the same under the same id, and signed', async () => {
  const { id } = await begins('d-1');
  receiver.answer({ status: 429, headers: { 'retry-after': '40' } }, { status: 500, text: 's3cret' }, 'reset');
  const failures: (readonly [number, string | null])[] = [];
  for (let ledger = await pass(hook(), 0); ledger.waiting[0]; ledger = await pass()) {
    const [{ due, reason }] = ledger.waiting as [(typeof ledger.waiting)[number]];
    failures.push([(due - now) / 1_000, reason]);
    now = due - 1;
    expect((await pass()).waiting).toHaveLength(1);
    now = due;
  }
  expect(failures).toEqual([
    [40, 'Webhook answered 429'],
    [30, 'Webhook answered 500: [secret]'],
    [120, expect.stringMatching(/Webhook cannot be reached: .*(ECONNRESET|other side closed)/)],
  ]);
  expect(ids()).toEqual([id, id, id, id]);
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  for (const key of KEYS)
    for (const { body, headers } of receiver.received)
      expect(new Webhook(key).verify(body, headers as Record<string, string>)).toMatchObject({ id });
  expect((await pass()).sent).toMatchObject({ count: 1 });
});

test('what is refused for good, or a name that leads nowhere, is kept with its reason; the rest goes on', async () => {
  await begins('d-1');
  await begins('d-2');
  receiver.answer({ status: 404, text: 'no_service' });
  const ledger = await pass(channel(createSlackNotifier({ url: `${receiver.url}/services/s3cret` })), 0);
  expect(ledger).toMatchObject({
    waiting: [],
    undeliverable: [{ news: 'started', reason: 'Slack answered 404: no_service', failures: 1 }],
    sent: { count: 1 },
  });
  expect(receiver.received.map(({ path }) => path)).toEqual(['/services/s3cret', '/services/s3cret']);
  const lost = await pass(channel(webhook('http://no-such-host.invalid/hook'), 'lost'), 0);
  expect(lost.waiting.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^Webhook cannot be reached: getaddrinfo (ENOTFOUND|EAI_AGAIN)/),
    expect.stringMatching(/^Webhook cannot be reached/),
  ]);
});

test('G24: a receiver that hangs delays neither the end of a command nor another channel, and the next command delivers', async () => {
  receiver.otherwise('hang');
  const quick = await startReceiver();
  const slow = hook();
  const outbox = createOutbox(delivering({ now: Date.now }), [slow, channel(webhook(`${quick.url}/q`), 'quick')]);
  const telling = await startTelling(outbox, never, 400);
  telling.event(await begins('d-1'));
  await quick.saw(1);
  telling.event(await fails('d-1'));
  await quick.saw(2);
  const before = performance.now();
  expect(await telling.settle()).toBe(
    'hook (Webhook) was not told of 2 yet: no answer in time; the next command goes on',
  );
  // Asked again, as whoever closes does: it was said, and it is not waited for twice.
  expect(await telling.settle()).toBeNull();
  expect(performance.now() - before).toBeLessThan(2_000);
  expect(quick.received.map(({ headers }) => headers['webhook-id'])).toEqual(['e-1', 'e-2']);
  await quick.close();
  receiver.otherwise({ status: 200 });
  now = Date.now();
  expect((await pass(slow)).waiting).toEqual([]);
  expect(ids()).toEqual(['e-1', 'e-1', 'e-2']);
});

test('whoever stops at once does not wait at all', async () => {
  receiver.otherwise('hang');
  const stop = new AbortController();
  const telling = await startTelling(createOutbox(delivering({ now: Date.now }), [hook()]), stop.signal, 60_000);
  telling.event(await begins('d-1'));
  await receiver.saw(1);
  stop.abort();
  const before = performance.now();
  await telling.settle();
  expect(performance.now() - before).toBeLessThan(2_000);
});

test('two processes at once: each message is sent once; who died with a claim is replaced at once, a silent one in time', async () => {
  for (const deployment of ['d-1', 'd-2', 'd-3']) await begins(deployment);
  const other = delivering({ store: place.open(VIEWS), self: { host: 'there', bootId: 'c', pid: 2, pidStart: '2' } });
  await Promise.all([pass(hook(), 0), pass(hook(), 0, other)]);
  await pass();
  expect(ids()).toEqual(['e-1', 'e-2', 'e-3']);

  await begins('d-4');
  receiver.answer('hang');
  const killed = new AbortController();
  const dying = deliver(delivering(), hook(), 'production', killed.signal);
  await receiver.saw(4);
  expect((await deliver(other, hook(), 'production', never)).busy).toBe(true);
  const dead = delivering({ isAlive: () => false });
  expect((await pass(hook(), undefined, dead)).sent.count).toBe(4);
  expect(ids().slice(3)).toEqual(['e-4', 'e-4']);
  killed.abort();
  await dying;

  await begins('d-5');
  const name = { channel: 'hook', environment: 'production' };
  const filed = await readLedger(store, name);
  const claim = { host: 'gone', bootId: 'x', pid: 9, pidStart: '9', until: now + 20_000 };
  await store.documents.write('notify/hook/production', { ...filed?.ledger, claim } as never, filed?.version ?? null);
  const nobodyKnows = delivering({ isAlive: () => null });
  expect((await deliver(nobodyKnows, hook(), 'production', never)).busy).toBe(true);
  now += 20_001;
  expect((await pass(hook(), undefined, nobodyKnows)).sent.count).toBe(5);
});

test('a new channel begins at the head of the journal, and a deployment is told from its own beginning', async () => {
  await begins('d-1');
  expect(await pass()).toMatchObject({ cursor: 1, waiting: [], sent: { count: 0 } });
  const outbox = createOutbox(delivering({ now: Date.now }), [channel(webhook(), 'late')]);
  outbox.noticed(await begins('d-2'));
  await outbox.settle(2_000, never);
  expect(ids()).toEqual(['e-2']);
});

test('a channel whose secret is not here keeps what it was to hear, for whoever has it; behind a day it is given up', async () => {
  await begins('d-1');
  expect((await pass(channel(null), 0)).waiting).toMatchObject([{ failures: 0 }]);
  expect((await pass(hook())).sent.count).toBe(1);
  await begins('d-2');
  await pass(channel(null));
  now += 86_400_001;
  expect(await pass(channel(null))).toMatchObject({
    waiting: [],
    undeliverable: [{ id: 'e-2', reason: 'set HOOK_URL in the environment' }],
  });
});

test('a server goes on delivering what others write, in all environments', async () => {
  const stop = new AbortController();
  const outbox = createOutbox(delivering({ now: Date.now }), [hook()]);
  const environments = () => Promise.resolve(['production', 'staging']);
  const running = outbox.deliverForever(environments, stop.signal);
  await until('it has begun', async () => (await store.documents.list('notify/')).length === 2);
  await begins('d-1');
  await begins('d-2', 'staging');
  await receiver.saw(2);
  stop.abort();
  await running;
  expect(new Set(ids())).toEqual(new Set(['e-1', 'staging-1']));
});

test('a step that has become slower is told once for the release that it began with', async () => {
  const [day, step] = [86_400_000, 'stage:web'];
  const write = async (
    deployment: string,
    kind: 'step.intended' | 'step.done' | 'deployment.committed',
    data: object,
  ) => writeEvent(store, { kind, data: data as never, deployment, at: now });
  for (let at = 0; at < 26; at += 1) {
    const deployment = `d-${at}`;
    now += day;
    await writeEvent(store, { kind: 'deployment.opened', data: opened({ release: `r-${at}` }), deployment, at: now });
    await write(deployment, 'step.intended', { step, attempt: 1, expected: null });
    await write(deployment, 'step.done', { step, receipt: null, ms: (at < 16 ? 10_000 : 20_000) + ((at * 37) % 400) });
    await write(deployment, 'deployment.committed', committed(`r-${at}`, deployment));
  }
  const channels = [{ ...hook(), type: 'webhook' }];
  const outbox = createOutbox(delivering(), channels);
  const environments = () => Promise.resolve(['production']);
  const deliverForever = () => Promise.resolve();
  const notifications = { channels, outbox, delivering: delivering(), environments, deliverForever };
  for (let look = 0; look < 2; look += 1) {
    await tellRegressions(notifications, NO_REVIEW);
    await outbox.deliverDue(['production'], never);
  }
  const told = receiver.received.map(({ body }) => JSON.parse(body) as { data: { customData: { text: string } } });
  expect(told.map(({ data }) => data.customData.text)).toEqual([
    expect.stringMatching(/^stage on web .*got \d+ % slower from release .* on: median 10.* s to 20.* s/),
  ]);
});
