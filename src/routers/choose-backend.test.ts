import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RouteTable } from './router.ts';
import { bucketCookie, newClientKey, readClient } from './bucket-cookie.ts';
import { BUCKETS, chooseBackend } from './choose-backend.ts';

const backend = (release: string) => ({ release, host: '127.0.0.1', port: 1 });
const table = (shares: Readonly<Record<string, number>>): RouteTable => ({
  backends: [backend('stable'), backend('candidate')],
  shares,
  holdMs: null,
});
const side = (share: number, bucket: number) => {
  const choice = chooseBackend(table({ stable: 1 - share, candidate: share }), { override: null, bucket }, () => 0);
  return choice.backend?.release;
};
const share = fc.double({ min: 0, max: 1, noNaN: true });
const bucket = fc.integer({ min: 0, max: BUCKETS - 1 });

test('a larger share keeps every client that the candidate had', () => {
  fc.assert(
    fc.property(share, share, bucket, (a, b, its) => {
      if (side(Math.min(a, b), its) === 'candidate') expect(side(Math.max(a, b), its)).toBe('candidate');
    }),
  );
});

test('the buckets of the candidate are its share, to one bucket', () => {
  for (const its of [0.0001, 0.05, 0.25, 1 / 3, 0.9999]) {
    const count = Array.from({ length: BUCKETS }, (_, index) => side(its, index)).filter(
      (name) => name === 'candidate',
    );
    expect(Math.abs(count.length - its * BUCKETS)).toBeLessThanOrEqual(1);
  }
});

test('a bucket is drawn only for a client without one, and only while traffic is split', () => {
  const split = table({ stable: 0.5, candidate: 0.5 });
  expect(chooseBackend(split, { override: null, bucket: null }, () => 9_000)).toMatchObject({
    backend: { release: 'candidate' },
    bucket: 9_000,
  });
  expect(chooseBackend(split, { override: null, bucket: 1 }, () => 9_000)).toMatchObject({ bucket: 1 });
  expect(chooseBackend(table({ stable: 1 }), { override: null, bucket: null }, () => 9_000)).toMatchObject({
    bucket: null,
  });
});

test('a header that names no release is not answered by another one', () => {
  const choice = chooseBackend(table({ stable: 1 }), { override: 'gone', bucket: null }, () => 0);
  expect(choice).toEqual({ backend: null, why: 'unknown-release' });
});

test('the cookie is read back among others, and only when it is one of ours', () => {
  const key = newClientKey();
  expect(readClient(`a=1; ${bucketCookie(4711, key).split(';')[0]}; b=2`)).toEqual({ bucket: 4711, key });
  expect(readClient('belay_bucket=4711')).toEqual({ bucket: 4711, key: null });
  const others = ['', 'belay_bucket=', 'belay_bucket=-1', 'belay_bucket=12345', 'xbelay_bucket=7', 'belay_bucket=7.x'];
  for (const other of [undefined, ...others]) expect(readClient(other)).toBeNull();
});
