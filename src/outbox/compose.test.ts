/** What a message tells, made from the journal: the step that failed, the evidence, what is live, the way on. */
import { beforeEach, expect, test } from 'vitest';
import { committed, opened, writeEvent } from '../../test/support/journal.ts';
import type { EventData, EventKind, JournalEvent } from '../core/events.ts';
import { VIEWS } from '../core/views.ts';
import type { Store } from '../stores/store.ts';
import { memoryStore } from '../testing/memory-store.ts';
import { compose, type Composing } from './compose.ts';
import { regressionMessage } from './regression.ts';

const REPOSITORY = 'https://github.com/acme/shop';
let store: Store;
let now: number;

beforeEach(() => {
  store = memoryStore(VIEWS);
  now = Date.parse('2026-11-21T19:00:00Z');
});

const composing = (): Composing => ({
  store,
  app: 'shop',
  repository: () => Promise.resolve(REPOSITORY),
  dashboard: 'https://belay.example',
  clean: (text) => text.replaceAll('s3cret', '[secret]'),
});
const says = <K extends EventKind>(deployment: string | null, kind: K, data: EventData[K], actor = 'mia') =>
  writeEvent(store, { deployment, kind, data, actor, at: (now += 1_000) });
const told = (event: JournalEvent) => compose(composing(), event);
const goesLive = async (release: string, deployment: string) => {
  await says(deployment, 'deployment.opened', opened({ release }));
  return says(deployment, 'deployment.committed', committed(release, deployment));
};

test('a failure: the step, the line that says why, what is live, the way on, links; without secrets, and the same later on', async () => {
  expect(await told(await goesLive('r-1', 'd-1'))).toMatchObject({ news: 'succeeded', severity: 'info', next: null });
  await says('d-2', 'deployment.opened', opened());
  const details = ['installing', 'Error: no such table: cents (s3cret)', 'at run'];
  const error = { code: 'BUILD_FAILED', message: 'build ended with code 1', details };
  await says('d-2', 'step.failed', { step: 'stage:web', error, ms: 5 });
  await says('d-2', 'direction.decided', { direction: 'backward', reason: 'stage:web failed', by: 'mia' });
  const event = await says('d-2', 'deployment.rolled-back', { reason: 'stage:web failed: s3cret', live: {} });
  const message = await told(event);
  expect(message).toEqual({
    id: event.id,
    news: 'failed',
    severity: 'warning',
    at: event.at,
    app: 'shop',
    environment: 'production',
    deployment: 'd-2',
    kind: 'deploy',
    code: {
      release: 'r-bbbbbbb-2',
      source: { commit: 'b'.repeat(40), subject: 'Charge in cents', author: 'Mia' },
      commitUrl: `${REPOSITORY}/commit/${'b'.repeat(40)}`,
    },
    actor: 'mia',
    durationMs: 3_000,
    text: 'rolled back: stage:web failed: [secret]',
    failure: { step: 'stage:web', error: 'build ended with code 1: Error: no such table: cents ([secret])' },
    evidence: null,
    live: {
      release: 'r-1',
      source: { commit: 'a'.repeat(40), subject: 'Charge' },
      commitUrl: `${REPOSITORY}/commit/${'a'.repeat(40)}`,
      url: 'https://shop.example/',
    },
    next: 'belay show d-2',
    link: 'https://belay.example/deployments/d-2',
    count: 1,
  });
  await says('d-2', 'step.failed', { step: 'retire', error, ms: 5 });
  await goesLive('r-3', 'd-3');
  expect(await told(event)).toEqual(message);
});

test('a rollback tells who wanted it, or which trigger and by how much; what a trigger begins is announced once', async () => {
  await goesLive('r-1', 'd-1');
  await goesLive('r-2', 'd-2');
  const breach = { trigger: 'error-rate', observed: '12 %', limit: '5 %' };
  expect(await told(await says('d-2', 'trigger.fired', breach))).toMatchObject({
    news: 'trigger-fired',
    severity: 'urgent',
    text: 'error-rate: 12 %, the limit is 5 %',
  });
  const back = opened({ kind: 'rollback', release: 'r-1', cause: 'd-2' });
  expect(await told(await says('d-3', 'deployment.opened', back))).toBeNull();
  const event = await says('d-3', 'deployment.committed', committed('r-1', 'd-1'));
  expect(await told(event)).toMatchObject({ news: 'rolled-back', evidence: breach, live: { release: 'r-1' } });

  const byHand = opened({ kind: 'rollback', release: 'r-2', reason: 'it was right after all' });
  expect(await told(await says('d-4', 'deployment.opened', byHand, 'zoe'))).toMatchObject({ news: 'started' });
  expect(await told(await says('d-4', 'deployment.committed', committed('r-2', 'd-2'), 'zoe'))).toMatchObject({
    news: 'rolled-back',
    actor: 'zoe',
    evidence: null,
    text: 'r-2 is live: it was right after all',
  });
});

test('a check is told when it turns, and a refusal with what it found', async () => {
  const checked = async (status: 'pass' | 'fail', check = 'smoke') => {
    const data = { check, status, summary: `${check} ${status}`, findings: status === 'fail' ? ['/cart is 500'] : [] };
    return (await told(await says('d-1', 'gate.checked', data)))?.news;
  };
  await says('d-1', 'deployment.opened', opened());
  const news = [await checked('pass'), await checked('pass', 'other'), await checked('fail')];
  news.push(await checked('fail'), await checked('pass', 'other'), await checked('pass'));
  expect(news).toEqual([undefined, undefined, 'check-failing', undefined, undefined, 'check-recovered']);
  await checked('fail');
  expect(await told(await says('d-1', 'deployment.refused', { reason: 'smoke fails' }))).toMatchObject({
    news: 'refused',
    failure: { step: 'check smoke', error: '/cart is 500' },
    next: 'belay plan --env production',
    live: null,
  });
});

test('what belongs to the environment alone, and what needs a person', async () => {
  const took = await says(null, 'lease.forced', { from: 'zoe on ci-7', nonce: 'n', reason: 'the runner is gone' });
  expect(await told(took)).toMatchObject({
    news: 'lock-taken',
    deployment: null,
    code: null,
    durationMs: null,
    text: 'mia took the lock from zoe on ci-7: the runner is gone',
    link: 'https://belay.example/',
  });
  await says('d-1', 'deployment.opened', opened());
  const stuck = { reason: 'web cannot be undone', remaining: ['activate:web'] };
  expect(await told(await says('d-1', 'attention.raised', stuck))).toMatchObject({
    news: 'stuck',
    severity: 'urgent',
    text: 'needs a person: web cannot be undone; left: activate:web',
    next: 'belay recover --env production',
  });
  const mismatch = { target: 'backend', expected: 'v1', saw: 'v2', check: 'schema' };
  expect(await told(await says('d-1', 'schema.mismatched', mismatch))).toMatchObject({
    news: 'schema-mismatch',
    text: 'backend runs with v2, its release has v1 (schema)',
  });
  const drift = { target: 'web', expected: 'r-1', saw: null, accepted: false };
  expect(await told(await says('d-1', 'drift.found', drift))).toMatchObject({
    news: 'drift',
    text: 'web runs nothing, the record says r-1',
  });
  expect(await told(await says('d-1', 'step.absent', { step: 'stage:web' }))).toBeNull();
});

test('the same regression has the same id, another one another', () => {
  const found = { app: 'shop', environment: 'production', series: 'stage on web', text: 'slower', at: '', link: null };
  const [one, again, other] = ['r-1', 'r-1', 'r-2'].map((release) => regressionMessage({ ...found, release }).id);
  expect([one, one === again, one === other]).toEqual(['regression-production-stage-on-web-r-1', true, false]);
});
