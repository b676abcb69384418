/** What goes wrong with counters in Prometheus: restarts, missed scrapes, first errors, wrong queries, wrong clocks. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Reading, Signal } from '../../../src/signals/signal.ts';
import { prometheusSignal } from '../../../src/signals/prometheus.ts';
import {
  count,
  openPrometheusScene,
  type PrometheusScene,
  type PrometheusSubject,
  RAW,
  SUMS,
} from './prometheus-scene.ts';

let scene: PrometheusScene;
beforeAll(async () => {
  scene = await openPrometheusScene();
});
afterAll(() => scene.close());

const set = (release: string, requests: number, errors: number) =>
  void scene.app.arms.set(release, { requests, errors, buckets: [requests, 0, 0, 0] });

async function reads(
  subject: PrometheusSubject,
  change: () => void,
  signal: Signal = subject.open(),
): Promise<Reading> {
  const { cursor } = await signal.read(subject.context, null);
  change();
  await scene.scraped();
  return (await signal.read(subject.context, cursor)).reading;
}

test('the lag is the scrape interval, asked from Prometheus', async () => {
  const { open, context } = await scene.subject();
  const signal = open();
  expect(signal.lagMs).toBe(60_000);
  await signal.reachable(context);
  expect(signal.lagMs).toBe(100);
});

test('a histogram arrives in milliseconds, each request in one bucket or above the last', async () => {
  const subject = await scene.subject();
  const reading = await reads(subject, () => {
    set(subject.context.stable, 15, 1);
    scene.app.arms.set(subject.context.canary, { requests: 15, errors: 1, buckets: [7, 4, 3, 1] });
  });
  expect(reading).toMatchObject({
    canary: {
      latency: [
        { leMs: 70, count: 2 },
        { leMs: 100, count: 4 },
        { leMs: 500, count: 3 },
      ],
    },
  });
});

test('a process that began anew has counted all it has', async () => {
  const subject = await scene.subject();
  const reading = await reads(subject, () => {
    set(subject.context.canary, 4, 2);
    set(subject.context.stable, 9, 1);
  });
  expect(reading).toMatchObject({ canary: { requests: 4, bad: 2 }, stable: { requests: 4, bad: 0 } });
});

test('the first error of a release that had no series of errors counts', async () => {
  const subject = await scene.subject(SUMS);
  for (const release of [subject.context.canary, subject.context.stable]) set(release, 5, 0);
  await scene.scraped();
  const reading = await reads(subject, () => {
    set(subject.context.canary, 8, 2);
    set(subject.context.stable, 8, 0);
  });
  expect(reading).toMatchObject({ canary: { requests: 3, bad: 2 }, stable: { requests: 3, bad: 0 } });
});

test('a canary that nobody had asked yet begins at zero', async () => {
  const subject = await scene.subject();
  scene.app.arms.delete(subject.context.canary);
  await scene.scraped();
  const signal = subject.open();
  await signal.reachable(subject.context);
  const first = await signal.read(subject.context, null);
  await scene.scraped();
  const waiting = await signal.read(subject.context, first.cursor);
  expect(waiting.reading).toEqual({ kind: 'no-data', why: 'prometheus has nothing of the canary' });
  set(subject.context.canary, 3, 3);
  set(subject.context.stable, 7, 1);
  await scene.scraped();
  const { reading } = await signal.read(subject.context, waiting.cursor);
  expect(reading).toMatchObject({ canary: { requests: 3, bad: 3 }, stable: { requests: 2, bad: 0 } });
});

test('a missed scrape loses nothing and is no data meanwhile', async () => {
  const subject = await scene.subject();
  const signal = subject.open();
  const first = await signal.read(subject.context, null);
  const canary = scene.app.arms.get(subject.context.canary);
  scene.app.arms.delete(subject.context.canary);
  count(scene.app, subject.context.stable, { requests: 2, bad: 0 });
  await scene.scraped();
  const gap = await signal.read(subject.context, first.cursor);
  expect(gap.reading.kind).toBe('no-data');
  if (canary) scene.app.arms.set(subject.context.canary, canary);
  count(scene.app, subject.context.canary, { requests: 6, bad: 1 });
  count(scene.app, subject.context.stable, { requests: 2, bad: 0 });
  await scene.scraped();
  const { reading } = await signal.read(subject.context, gap.cursor);
  expect(reading).toMatchObject({ canary: { requests: 6, bad: 1 }, stable: { requests: 4, bad: 0 } });
});

test('failing scrapes are no data, with the reason', async () => {
  const subject = await scene.subject();
  const signal = subject.open();
  const { cursor } = await signal.read(subject.context, null);
  scene.app.down = true;
  try {
    await scene.scraped();
    const { reading } = await signal.read(subject.context, cursor);
    expect(reading).toEqual({ kind: 'no-data', why: 'prometheus has scraped nothing of job shop lately' });
  } finally {
    scene.app.down = false;
    await scene.scraped();
  }
});

test('sums over other processes than before are not compared', async () => {
  const subject = await scene.subject(SUMS);
  const reading = await reads(subject, () => {
    scene.app.startTime += 1;
    set(subject.context.canary, 500, 0);
    set(subject.context.stable, 500, 0);
  });
  expect(reading).toMatchObject({ kind: 'no-data', why: expect.stringContaining('other processes') });
});

test('several series a release are refused, with what tells them apart and the fix', async () => {
  const each = 'http_requests_total{release="{stable}"}';
  const subject = await scene.subject({ ...RAW, requests: { canary: each, stable: each } });
  await expect(subject.open().reachable(subject.context)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    why: expect.stringMatching(/gives 2 series for the \w+.*told apart by code; put sum\(\) around it/),
  });
});

test.each([
  [
    'a query that gives nothing',
    { canary: 'nothing_here', stable: 'nothing_here' },
    'gives nothing for the stable release',
  ],
  ['a query that is not PromQL', { canary: 'sum(', stable: 'sum(' }, 'it refuses sum(: '],
  ['a query of another type', { canary: 'time()', stable: 'time()' }, 'an instant vector is needed'],
  [
    'a label that is not there',
    { query: 'served_total', label: 'version', values: { canary: 'a', stable: 'b' } },
    'has no label version',
  ],
])('%s is refused', async (_, requests, why) => {
  const subject = await scene.subject({ ...RAW, requests });
  await expect(subject.open().reachable(subject.context)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    why: expect.stringContaining(why),
  });
});

test('a rate is refused when the signal is made: differences are taken of counters', async () => {
  const { spec } = await scene.subject();
  const requests = { canary: 'sum(rate(served_total[1m]))', stable: 'sum(served_total)' };
  expect(() => prometheusSignal({ ...spec, requests })).toThrow(
    expect.objectContaining({ why: expect.stringContaining('computes rate(); write the counter itself') }),
  );
});

test('not-a-number is no data', async () => {
  const subject = await scene.subject({
    ...SUMS,
    errors: { canary: 'sum(served_total*0/0)', stable: 'sum(served_total*0/0)' },
  });
  const { reading } = await subject.open().read(subject.context, null);
  expect(reading).toMatchObject({ kind: 'no-data', why: expect.stringContaining('NaN') });
});

test('a clock that disagrees is no data, and says whose and by how much', async () => {
  const subject = await scene.subject();
  const signal = prometheusSignal(subject.spec, () => Date.now() - 300_000);
  const { reading } = await signal.read(subject.context, null);
  expect(reading).toMatchObject({
    kind: 'no-data',
    why: expect.stringMatching(/^the clock of prometheus is \d min.* ahead$/),
  });
});
