/** Sentry as a source, against an emulator of its documented API. */
import { expect, test } from 'vitest';
import { sentrySignal } from '../../../src/signals/sentry.ts';
import type { SentrySpec } from '../../../src/signals/spec.ts';
import { signalContract, type Served, type SignalSubject } from '../../../src/testing/signal-contract.ts';
import { type SentryEmulator, startSentry } from '../../emulators/sentry/sentry.ts';
import { CANARY, signalContext, STABLE } from './signal-context.ts';

const TOKEN = 'sntryu_0123456789abcdef';
const context = signalContext();

interface Scene extends SignalSubject {
  readonly sentry: SentryEmulator;
  readonly spec: SentrySpec;
  /** One look after the other at strictly rising times. */
  readonly now: () => number;
}

async function makeScene(more: Partial<SentrySpec> = {}): Promise<Scene> {
  const sentry = await startSentry('acme', TOKEN);
  const spec: SentrySpec = {
    type: 'sentry',
    url: sentry.origin,
    organization: 'acme',
    projects: ['7'],
    environment: 'production',
    token: { reveal: () => TOKEN },
    releases: { canary: 'shop@{canary}', stable: 'shop@{stable}' },
    bad: 'crashed',
    timeoutMs: 2_000,
    lagMs: 120_000,
    ...more,
  };
  let looks = 0;
  const now = () => Date.now() + (looks += 1);
  const add = (release: string, { requests, bad }: Served) =>
    sentry.sessions(`shop@${release}`, { healthy: requests - bad - 1, errored: 1, crashed: bad });
  add(STABLE, { requests: 20, bad: 1 });
  return {
    sentry,
    spec,
    now,
    context,
    open: () => sentrySignal(spec, now),
    async serve({ canary, stable }) {
      add(CANARY, canary);
      add(STABLE, stable);
    },
    idle: async () => undefined,
    async silence() {
      for (const release of [CANARY, STABLE]) sentry.forget(`shop@${release}`);
    },
    disconnect: () => sentry.close(),
    secrets: [TOKEN],
    close: () => sentry.close(),
  };
}

signalContract({ test, name: 'sentry', make: () => makeScene() });

async function withScene(more: Partial<SentrySpec>, run: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = await makeScene(more);
  try {
    await run(scene);
  } finally {
    await scene.close();
  }
}

test('asks for the two releases, the environment and the project, from the hour of the first look', () =>
  withScene({}, async ({ open, sentry, spec }) => {
    const { cursor } = await open().read(context, null);
    await sentrySignal(spec, () => Date.now() + 7_200_000).read(context, cursor);
    const [first, later] = sentry.asked.map((path) => new URL(path, sentry.origin).searchParams.get('start'));
    expect(later).toBe(first);
    const url = new URL(sentry.asked[0] ?? '', sentry.origin);
    expect(url.pathname).toBe('/api/0/organizations/acme/sessions/');
    expect(url.searchParams.get('query')).toBe(`release:"shop@${CANARY}" OR release:"shop@${STABLE}"`);
    expect(url.searchParams.getAll('project')).toEqual(['7']);
    expect(url.searchParams.get('environment')).toBe('production');
    expect(url.searchParams.getAll('groupBy')).toEqual(['release', 'session.status']);
    expect(url.searchParams.get('start')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:00:00\.000$/);
    expect(sentry.asked.join()).not.toContain(TOKEN);
  }));

test('a session that crashes later is told then, and not counted again', () =>
  withScene({}, async ({ open, sentry, serve }) => {
    const signal = open();
    const first = await signal.read(context, null);
    await serve({ canary: { requests: 10, bad: 0 }, stable: { requests: 10, bad: 0 } });
    const second = await signal.read(context, first.cursor);
    sentry.crash(`shop@${CANARY}`);
    sentry.sessions(`shop@${CANARY}`, { healthy: 1 });
    const { reading } = await signal.read(context, second.cursor);
    expect(reading).toMatchObject({ canary: { requests: 1, bad: 1 }, stable: { requests: 0, bad: 0 } });
  }));

test('numbers that Sentry corrects downwards are no restart: nothing is counted again', () =>
  withScene({}, async ({ open, sentry, serve }) => {
    const signal = open();
    await serve({ canary: { requests: 30, bad: 2 }, stable: { requests: 30, bad: 0 } });
    const first = await signal.read(context, null);
    sentry.sessions(`shop@${CANARY}`, { healthy: -5 });
    sentry.sessions(`shop@${STABLE}`, { healthy: 1 });
    const second = await signal.read(context, first.cursor);
    expect(second.reading).toMatchObject({ canary: { requests: 0, bad: 0 }, stable: { requests: 1, bad: 0 } });
    sentry.sessions(`shop@${CANARY}`, { healthy: 7 });
    const { reading } = await signal.read(context, second.cursor);
    expect(reading).toMatchObject({ canary: { requests: 2, bad: 0 } });
  }));

test('sessions with any error count when that is wanted', () =>
  withScene({ bad: 'errored' }, async ({ open, serve }) => {
    const signal = open();
    const { cursor } = await signal.read(context, null);
    await serve({ canary: { requests: 10, bad: 2 }, stable: { requests: 10, bad: 0 } });
    const { reading } = await signal.read(context, cursor);
    expect(reading).toMatchObject({ canary: { requests: 10, bad: 3 }, stable: { requests: 10, bad: 1 } });
  }));

test('error events count by release', () =>
  withScene({ bad: 'events' }, async ({ open, serve, sentry }) => {
    const signal = open();
    const { cursor } = await signal.read(context, null);
    await serve({ canary: { requests: 10, bad: 0 }, stable: { requests: 10, bad: 0 } });
    sentry.events(`shop@${CANARY}`, 4);
    const { reading } = await signal.read(context, cursor);
    expect(reading).toMatchObject({ canary: { requests: 10, bad: 4 }, stable: { requests: 10, bad: 0 } });
  }));

test.each([
  ['Retry-After', { 'Retry-After': '30' }, 'for 30.0 s'],
  [
    'the instant of its own header',
    { 'X-Sentry-Rate-Limit-Reset': String(Date.now() / 1_000 + 90) },
    /for 1 min (2\d|30) s/,
  ],
  ['nothing', {}, 'for a while'],
])('a rate limit is a problem of now, and says how long by %s', (_, headers, pause) =>
  withScene({}, async ({ open, sentry }) => {
    sentry.limit(headers);
    await expect(open().read(context, null)).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
      retry: 'later',
      why: typeof pause === 'string' ? expect.stringContaining(pause) : expect.stringMatching(pause),
    });
  }),
);

test('a token that is refused is named as such, without the token', () =>
  withScene({ token: { reveal: () => 'sntryu_other' } }, async ({ open }) => {
    await expect(open().reachable(context)).rejects.toMatchObject({
      retry: 'after-change',
      why: expect.stringContaining('refuses access (401)'),
    });
  }));

test('a release that Sentry does not know is refused before the rollout', () =>
  withScene({ releases: { canary: 'store@{canary}', stable: 'store@{stable}' } }, async ({ open }) => {
    await expect(open().reachable(context)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      why: expect.stringContaining(`no session of release store@${STABLE}`),
    });
  }));
