import { expect, test } from 'vitest';
import { until } from './snapshots.ts';

test('how long a snapshot is kept is told in days', () => {
  const now = new Date('2026-01-10T12:00:00Z');
  expect(until('2026-01-22T11:00:00.000Z', now)).toBe('in 12 d');
  expect(until('2026-01-11T11:00:00.000Z', now)).toBe('within a day');
  expect(until('2026-01-10T12:00:00.000Z', now)).toBe('expired');
  expect(until(null, now)).toBe('');
});
