/** From look to look: what is told once, what waits, and what is not believed. */
import { expect, test } from 'vitest';
import type { Json } from '../core/release.ts';
import { advance, type Sample } from './advance.ts';

const rule = { source: 'test', decrease: 'from-zero' } as const;
const look = (at: number, canary: [number, number] | null, stable: [number, number] | null): Sample => ({
  at,
  canary: canary && { requests: canary[0], bad: canary[1] },
  stable: stable && { requests: stable[0], bad: stable[1] },
});

/** The readings of looks one after the other, as the journal would keep the cursors. */
function follow(looks: readonly Sample[], how: Parameters<typeof advance>[2] = rule) {
  let cursor: Json = null;
  return looks.map((sample) => {
    const step = advance(JSON.parse(JSON.stringify(cursor)) as Json, sample, how);
    cursor = step.cursor;
    return step.reading;
  });
}

test('an arm that is missing for a look makes both wait: they must cover the same time', () => {
  const readings = follow([look(1, [10, 0], [100, 1]), look(2, null, [150, 9]), look(3, [12, 1], [200, 10])]);
  expect(readings[1]).toEqual({ kind: 'no-data', why: 'test has nothing of the canary' });
  expect(readings[2]).toMatchObject({ canary: { requests: 2, bad: 1 }, stable: { requests: 100, bad: 9 } });
});

test('what the stable release counts before the canary is first seen compares with nothing', () => {
  const readings = follow([look(1, null, [100, 1]), look(2, null, [150, 9]), look(3, [4, 2], [160, 9])]);
  expect(readings[2]).toMatchObject({ canary: { requests: 4, bad: 2 }, stable: { requests: 10, bad: 0 } });
});

test('a stable release that is seen late has no beginning', () => {
  const readings = follow([look(1, [1, 0], null), look(2, [2, 0], [9_000, 9]), look(3, [3, 1], [9_010, 9])]);
  expect(readings.map(({ kind }) => kind)).toEqual(['no-data', 'no-data', 'counts']);
  expect(readings[2]).toMatchObject({ canary: { requests: 1, bad: 1 }, stable: { requests: 10, bad: 0 } });
});

test('an older look, of a replica that lags behind, is not taken for a restart', () => {
  const readings = follow([look(5, [10, 1], [100, 1]), look(4, [8, 0], [90, 1]), look(6, [11, 1], [110, 1])]);
  expect(readings[1]).toMatchObject({ kind: 'no-data', why: expect.stringContaining('nothing newer') });
  expect(readings[2]).toMatchObject({ canary: { requests: 1 }, stable: { requests: 10 } });
});

test('more errors than requests are not believed', () => {
  const [, reading] = follow([look(1, [10, 1], [100, 1]), look(2, [11, 5], [200, 1])]);
  expect(reading).toMatchObject({ kind: 'no-data', why: expect.stringContaining('more errors than requests') });
});

test('parts of a request are not believed', () => {
  const [, reading] = follow([look(1, [10, 1], [100, 1]), look(2, [11.5, 1], [200, 1])]);
  expect(reading).toEqual({ kind: 'no-data', why: 'test counts 1.5 where whole requests were asked for' });
});

test('numbers that are revised downwards take nothing back and count nothing twice', () => {
  const readings = follow([look(1, [10, 2], [100, 1]), look(2, [8, 1], [101, 1]), look(3, [12, 3], [102, 1])], {
    source: 'test',
    decrease: 'revised',
  });
  expect(readings[1]).toMatchObject({ canary: { requests: 0, bad: 0 }, stable: { requests: 1 } });
  expect(readings[2]).toMatchObject({ canary: { requests: 2, bad: 1 } });
});

test('a cursor of another version begins anew instead of failing', () => {
  expect(advance({ version: 7 }, look(1, [1, 0], [1, 0]), rule).reading).toMatchObject({ kind: 'no-data' });
});
