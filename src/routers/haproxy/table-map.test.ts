import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BUCKET_DIGITS } from '../bucket-cookie.ts';
import { BUCKETS, chooseBackend } from '../choose-backend.ts';
import type { RouteTable } from '../router.ts';
import { mapFile, parseEntries, tableEntries, tableIn } from './table-map.ts';

const NAMES = ['a', 'b', 'c'];
const slots = new Map(NAMES.map((name, index) => [`slot${index + 1}`, name]));
const backends = NAMES.map((release, index) => ({ release, host: '127.0.0.1', port: index + 1 }));
const addresses = new Map(backends.map(({ host, port }, index) => [`slot${index + 1}`, { host, port }]));
const tables = fc
  .tuple(fc.array(fc.nat(1_000), { minLength: 3, maxLength: 3 }), fc.option(fc.nat(60_000)))
  .filter(([weights]) => weights.some((weight) => weight > 0))
  .map(([weights, holdMs]): RouteTable => {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const shares = NAMES.flatMap((name, index) => {
      const weight = weights[index] ?? 0;
      return weight > 0 ? [[name, weight / sum] as const] : [];
    });
    return { backends, shares: Object.fromEntries(shares), holdMs };
  });

test('what is read back is what was put in force', () => {
  fc.assert(
    fc.property(tables, (table) => {
      const read = parseEntries(mapFile(tableEntries(table, slots)));
      expect(tableIn(read, addresses)).toEqual(table);
    }),
  );
});

test('HAProxy sends each bucket where the embedded router would', () => {
  fc.assert(
    fc.property(tables, fc.nat(BUCKETS - 1), (table, bucket) => {
      const entries = tableEntries(table, slots);
      const digits = String(bucket).padStart(BUCKET_DIGITS, '0');
      const begins = Array.from({ length: BUCKET_DIGITS + 1 }, (_, length) => entries.get(digits.slice(0, length)));
      const chosen = begins.filter((slot) => slot !== undefined);
      const { backend } = chooseBackend(table, { override: null, bucket }, () => 0);
      // Held requests go a longer way, and one release that has everything is looked for by its own key.
      if (table.holdMs !== null) expect(chosen).toEqual([]);
      else if (entries.has('plain')) expect(slots.get(entries.get('plain') ?? '')).toBe(backend?.release);
      else expect(chosen.map((slot) => slots.get(slot))).toEqual([backend?.release]);
    }),
  );
});

test('shares that somebody else has changed are read from what decides', () => {
  const table: RouteTable = { backends, shares: { a: 0.9, b: 0.1 }, holdMs: null };
  const entries = new Map(tableEntries(table, slots)).set('table', 'go|0|split|5000|slot1|10000|slot2');
  expect(tableIn(entries, addresses).shares).toEqual({ a: 0.5, b: 0.5 });
});
