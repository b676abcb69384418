import { expect, test } from 'vitest';
import { parseMoment } from './moment.ts';

const now = new Date('2026-11-21T12:00:00Z');

test.each([
  ['7d', '2026-11-14T12:00:00.000Z'],
  ['90m', '2026-11-21T10:30:00.000Z'],
  ['2026-11-20T09:00:00Z', '2026-11-20T09:00:00.000Z'],
  ['2026-11-20T09:00+02:00', '2026-11-20T07:00:00.000Z'],
  ['2026-11-20', new Date(2026, 10, 20).toISOString()],
])('%s', (text, expected) => {
  expect(parseMoment(text, now)).toBe(expected);
});

test.each(['yesterday', '7', '2026-13-01', '2026-11-20Tnoon', ''])('"%s" is no moment', (text) => {
  expect(parseMoment(text, now)).toBeNull();
});
