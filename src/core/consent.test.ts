/** Data is put back only with a person's consent to exactly what would be lost (guarantee 8 of the design). */
import { describe, expect, test } from 'vitest';
import { consentToData, type DataConsent } from './consent.ts';
import { systemClock } from '../util/clock.ts';
import { isProblem } from './errors.ts';
import type { RollbackClass } from './release.ts';
import type { Session } from './session.ts';
import type { ReleaseRow } from './views.ts';

/** A release that found the data as `snapshot` when it came. */
function release(id: string, rollbackClass: RollbackClass, snapshot: string | null): ReleaseRow {
  return {
    id,
    environment: 'production',
    source: { commit: id },
    configHash: 'hash',
    rollbackClass,
    refs: {},
    snapshots: snapshot === null ? {} : { web: snapshot },
    deployment: `d-${id}`,
    at: '',
    actor: 'mia',
    prunedAt: null,
  };
}

/** Snapshots that are still there, and how much was written since each. */
function sessionWith(writes: Readonly<Record<string, number>>): Session {
  const data = {
    find: async (_ctx: unknown, id: string) => (id in writes ? { id } : null),
    writesSince: async (_ctx: unknown, snapshot: { id: string }) => ({ count: writes[snapshot.id], unit: 'rows' }),
  };
  const runtime = { clock: systemClock(), stop: { now: new AbortController().signal }, emit: () => undefined };
  const environment = { name: 'production', limits: {}, targets: new Map([['web', { data }]]) };
  return { runtime, environment, fence: { environment: 'production', token: 1, nonce: 'n' } } as unknown as Session;
}

const RELEASES = [
  release('c', 'restore-required', 's-before-c'),
  release('b', 'restore-required', 's-before-b'),
  release('a', 'code-only', null),
];

interface Case {
  readonly trail?: readonly string[];
  readonly to?: string;
  readonly data?: DataConsent;
  readonly loseWrites?: number;
  readonly writes?: Readonly<Record<string, number>>;
  readonly releases?: readonly ReleaseRow[];
}

/** The snapshots that will be put back, or the code of the refusal. */
async function decided({
  trail = ['a', 'b'],
  to = 'a',
  data = 'ask',
  loseWrites = 0,
  writes,
  releases,
}: Case): Promise<string> {
  const session = sessionWith(writes ?? { 's-before-b': 7, 's-before-c': 2 });
  try {
    const restores = await consentToData(session, { releases: releases ?? RELEASES, trail, to }, { data, loseWrites });
    return Object.values(restores).join(' ') || 'nothing is put back';
  } catch (error) {
    return isProblem(error) ? error.code : 'a bug';
  }
}

describe('going back over a release that was alone on its data', () => {
  test.each<[string, Case, string]>([
    ['is refused until a person has said what shall happen', {}, 'CONSENT_NEEDED'],
    ['puts nothing back when the person keeps the data', { data: 'keep' }, 'nothing is put back'],
    ['is refused when more would be lost than was agreed to', { data: 'restore', loseWrites: 6 }, 'CONSENT_NEEDED'],
    ['puts the snapshot back when the loss was agreed to', { data: 'restore', loseWrites: 7 }, 's-before-b'],
    ['goes by itself when nothing was written', { data: 'unless-written', writes: { 's-before-b': 0 } }, 's-before-b'],
    [
      'does not go by itself when one row was',
      { data: 'unless-written', writes: { 's-before-b': 1 } },
      'CONSENT_NEEDED',
    ],
    [
      'takes the data back to the moment when the wanted release was left, over several',
      { trail: ['a', 'b', 'c'], data: 'restore', loseWrites: 9 },
      's-before-b',
    ],
    ['says so when the snapshot is gone', { data: 'restore', loseWrites: 9, writes: {} }, 'SNAPSHOT_UNKNOWN'],
    [
      'is refused when there is no snapshot of that moment',
      { data: 'restore', releases: [release('b', 'restore-required', null), release('a', 'code-only', null)] },
      'CONSENT_NEEDED',
    ],
    [
      'is refused for a release that is not on the way the environment came',
      { trail: ['a'], to: 'b', data: 'unless-written' },
      'CONSENT_NEEDED',
    ],
  ])('%s', async (_name, given, expected) => {
    expect(await decided(given)).toBe(expected);
  });
});

test('nothing is asked when no release on the way can have changed the data', async () => {
  const releases = [release('b', 'code-only', 's-before-b'), release('a', 'restore-required', null)];
  expect(await decided({ releases })).toBe('nothing is put back');
});

test('a refusal counts what would be lost, and gives both ways on', async () => {
  const session = sessionWith({ 's-before-b': 7 });
  const leaving = { releases: RELEASES, trail: ['a', 'b'], to: 'a' };
  await expect(consentToData(session, leaving, { data: 'ask', loseWrites: 0 })).rejects.toMatchObject({
    why: 'web: 7 rows since snapshot s-before-b',
    next: expect.stringMatching(/--lose-writes 7.*--keep-data/s) as string,
  });
});
