/** From what the journal says to what the pages show; each case something that a reader would be misled by. */
import { describe, expect, test } from 'vitest';
import type { JournalEvent } from '../../core/events.ts';
import type { EnvironmentCard } from '../api/overview.ts';
import { formatPositions, parsePositions } from '../feed/position.ts';
import { attentionOf } from './attention.ts';
import { commitOf, compareUrl } from './commit.ts';
import { type CardFacts, cardOf } from './environment-card.ts';
import { feedEventOf } from './event.ts';
import { mayAsk } from './next-step.ts';
import { afterPush, pendingOf, type PushEvent } from './pushed.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);

test('commits lead to where they can be read, and folders to nowhere', () => {
  const source = { commit: A, committedAt: '2026-11-20T10:00:00+01:00' };
  expect(commitOf(source, 'https://github.com/acme/shop')).toMatchObject({
    short: 'aaaaaaa',
    at: '2026-11-20T09:00:00.000Z',
    url: `https://github.com/acme/shop/commit/${A}`,
  });
  expect(commitOf({ commit: A }, 'https://gitlab.com/a/b').url).toBe(`https://gitlab.com/a/b/-/commit/${A}`);
  expect(
    commitOf({ commit: 'dir-0123456789', committedAt: 'yesterday' }, 'https://github.com/acme/shop'),
  ).toMatchObject({
    at: null,
    url: null,
  });
  expect(compareUrl('https://github.com/acme/shop', A, B)).toBe(`https://github.com/acme/shop/compare/${A}...${B}`);
  expect([
    compareUrl(null, A, B),
    compareUrl('https://x.example/y', A, A),
    compareUrl('https://x.example/y', undefined, B),
  ]).toEqual([null, null, null]);
});

const facts: CardFacts = {
  name: 'production',
  targets: [{ name: 'web', kind: 'local' }],
  row: {
    environment: 'production',
    live: {
      release: 'r-2',
      deployment: 'd-2',
      at: '2026-11-21T10:00:00.000Z',
      refs: {
        web: { id: 'w2', url: 'javascript:alert(1)', schemaVersion: '7' },
        old: { id: 'o1', url: 'https://o.example' },
      },
      source: { commit: A },
    },
    trail: ['r-1', 'r-2'],
    open: null,
    attention: null,
    frozen: [],
  },
  lease: null,
  open: null,
  measured: null,
  liveActor: 'mia',
  wayBack: null,
  liveRelease: null,
  last: null,
  snapshot: null,
  health: {},
  pending: null,
  repository: null,
  now: Date.parse('2026-11-21T12:00:00.000Z'),
};

describe('a card', () => {
  test('shows targets that the configuration has lost, follows no strange link, and calls unseen unseen', () => {
    const card = cardOf(facts);
    expect(card.targets.map(({ name, kind, url }) => [name, kind, url])).toEqual([
      ['web', 'local', null],
      ['old', null, 'https://o.example'],
    ]);
    expect(card.targets[0]?.health).toMatchObject({ status: 'inconclusive', at: null });
    expect(card.targets[1]?.health.status).toBe('not-configured');
    expect(card.schemaVersion).toBe('7');
  });

  test('a deployment that nobody works on, and a silent lock, are urgent and come first', () => {
    const base = cardOf({ ...facts, health: { web: { status: 'warn', summary: 'changed', at: null } } });
    const running = { deployment: 'd-3', direction: 'forward' } as EnvironmentCard['running'];
    const left = attentionOf([{ ...base, running }], null);
    expect(left.map(({ severity, what }) => `${severity}: ${what}`)).toEqual([
      'urgent: d-3 was left unfinished: nobody works on it',
      'warning: web: changed',
    ]);
    expect(left[0]).toMatchObject({ next: 'belay recover --env production', link: '/deployments/d-3' });
    const lock = { holder: 'mia on box', expired: true } as EnvironmentCard['lock'];
    expect(attentionOf([{ ...base, running, lock }], null)[0]?.what).toContain('gone silent');
    expect(attentionOf([cardOf(facts)], { channels: [] })).toEqual([]);
  });
});

test('what may be asked of a deployment depends on who asks, and on whether somebody can answer', () => {
  const row = { id: 'd-2', release: 'r-2', outcome: null } as never;
  const state = { direction: 'forward', plan: null } as never;
  const standing = { row, state, environment: facts.row, held: true, readOnly: false };
  expect(mayAsk(standing, 'viewer')).toEqual([]);
  expect(mayAsk({ ...standing, readOnly: true }, 'admin')).toEqual([]);
  expect(mayAsk(standing, 'operator')).toEqual(['abort', 'pause']);
  expect(mayAsk({ ...standing, held: false }, 'operator')).toEqual(['abort']);
  expect(mayAsk({ ...standing, state: { direction: 'backward' } as never }, 'operator')).toEqual([]);
  const ended = { ...standing, held: false, row: { id: 'd-2', release: 'r-2', outcome: 'committed' } as never };
  expect(mayAsk(ended, 'operator')).toEqual(['rollback']);
  expect(mayAsk({ ...ended, row: { id: 'd-1', release: 'r-1', outcome: 'committed' } as never }, 'operator')).toEqual(
    [],
  );
});

test('what an analysis goes on from stays behind', () => {
  const report = {
    verdict: 'undecided',
    logE: 800,
    bound: Math.log(100),
    canary: { requests: 9, bad: 1 },
    stable: { requests: 90, bad: 0 },
    ratio: null,
  };
  const source = { name: 'router', report, missed: 0, origin: null, cursor: 'long', state: { secretly: 'large' } };
  const data = { stage: 0, share: 0.05, elapsedMs: 1, action: 'watch', why: 'not yet', sources: [source] };
  const event = {
    kind: 'analysis.measured',
    at: 't',
    environment: 'e',
    n: 1,
    id: 'i',
    actor: 'a',
    deployment: 'd',
    hash: 'h',
    data,
  };
  const sent = JSON.stringify(feedEventOf(event as unknown as JournalEvent));
  expect(sent).not.toContain('large');
  expect(JSON.parse(sent)).toMatchObject({
    data: [{ source: 'router', evidence: { value: 1e12, bound: 100 }, errorRatio: null }],
  });
});

describe('pushes', () => {
  const push = (before: string, after: string, ids: readonly string[], more: Partial<PushEvent> = {}): PushEvent => ({
    ref: 'refs/heads/main',
    before,
    after,
    forced: false,
    deleted: false,
    repository: { default_branch: 'main' },
    commits: ids.map((id) => ({ id, message: `${id[0]} subject\n\nbody` })),
    ...more,
  });

  test('follow one another; a forced one begins anew; another branch, a deleted one and a repetition change nothing', () => {
    const first = afterPush(null, push(A, B, [B]));
    const second = afterPush(first, push(B, C, [C]));
    expect(second?.commits.map(({ subject }) => subject)).toEqual(['b subject', 'c subject']);
    expect(pendingOf(second, A, null)?.commits.map(({ id }) => id)).toEqual([C, B]);
    expect(pendingOf(second, B, null)?.commits.map(({ id }) => id)).toEqual([C]);
    expect(pendingOf(second, C, null)?.commits).toEqual([]);
    // What is live is none of them: nobody can say.
    expect(pendingOf(second, 'd'.repeat(40), null)).toBeNull();
    expect(afterPush(second, push(B, C, [C]))).toBeNull();
    expect(afterPush(second, push(C, A, [A], { ref: 'refs/heads/other' }))).toBeNull();
    expect(afterPush(second, push(C, A, [A], { deleted: true }))).toBeNull();
    expect(afterPush(second, push(A, B, [B], { forced: true }))).toMatchObject({ base: A, commits: [{ id: B }] });
  });

  test('are bounded, and know what was cut off', () => {
    const ids = Array.from({ length: 250 }, (_, n) => n.toString(16).padStart(40, '0'));
    const kept = afterPush(null, push(A, ids.at(-1) ?? '', ids));
    expect([kept?.commits.length, kept?.base]).toEqual([200, ids[49]]);
    const pending = pendingOf(kept, ids[49] ?? '', 'https://github.com/acme/shop');
    expect([pending?.commits.length, pending?.more]).toEqual([20, 180]);
    expect(pendingOf(kept, ids[10] ?? '', null)).toBeNull();
  });
});

test('a position of the feed is read back as it was written, and nothing else is one', () => {
  const positions = new Map([
    ['production', 812],
    ['a,b=c', 0],
  ]);
  expect(parsePositions(formatPositions(positions))).toEqual(positions);
  for (const text of ['', 'production', 'production=-1', 'production=1e9', '=1', 'a=1,', '%zz=1'])
    expect(parsePositions(text), text).toBeNull();
});
