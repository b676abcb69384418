import { expect, test } from 'vitest';
import { ago, bytes, count, counted, duration, percent, roughly, short, stepName, until } from './format.ts';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const before = (ms: number) => new Date(NOW - ms).toISOString();

test.each([
  [0, 'now'],
  [999, 'now'],
  [12_400, '12 s ago'],
  [3_599_000, '59 min ago'],
  [30 * 3_600_000, '30 h ago'],
  [12 * 86_400_000, '12 d ago'],
  [80 * 86_400_000, '2026-09-02'],
])('%i ms are told as %s', (ms, text) => {
  expect(ago(before(ms), NOW)).toBe(text);
});

test('what lies ahead is told as such, what is over as that', () => {
  expect(until(before(-90_000), NOW)).toBe('in 2 min');
  expect(until(before(5_000), NOW)).toBe('5 s ago');
});

test.each([
  [0.4, '0 ms'],
  [420, '420 ms'],
  [9_060, '9.1 s'],
  [59_949, '59.9 s'],
  [59_960, '1 min'],
  [200_000, '3 min 20 s'],
  [3_599_600, '1 h'],
  [7_500_000, '2 h 5 min'],
  [273_600_000, '3 d 4 h'],
])('%i ms last %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('figures as people read them', () => {
  expect(count(1_204)).toBe('1,204');
  expect([counted(1, 'commit'), counted(0, 'commit')]).toEqual(['1 commit', '0 commits']);
  expect([percent(0.254), percent(1)]).toEqual(['25.4 %', '100 %']);
  expect([bytes(0), bytes(999), bytes(1_250_000), bytes(412e9)]).toEqual(['0 B', '999 B', '1.3 MB', '412 GB']);
  expect([roughly(4_000), roughly(21_000), roughly(150_000), roughly(7_300_000)]).toEqual([
    'a few seconds',
    '20 s',
    '3 min',
    '2 h',
  ]);
});

test('an id is short where that still says which one it is', () => {
  const hash = '4f2c1d9b8a7e6d5c4b3a29181716151413121110';
  expect([hash, `dir-${hash}`, 'r-4f2c1d9-abc12345', 'dpl_8YxKq2mNvB4tR7wZ8cQe', '17'].map(short)).toEqual([
    '4f2c1d9',
    'dir-4f2c1d9',
    '4f2c1d9',
    'dpl_8YxKq2mN…',
    '17',
  ]);
});

test('a step is named with its target, once', () => {
  expect(stepName({ id: 'stage:web', title: 'build and stage' })).toBe('build and stage web');
  expect(stepName({ id: 'stage:web', title: 'Stage web' })).toBe('Stage web');
  expect(stepName({ id: 'judge:1', title: 'compare at 30 %' })).toBe('compare at 30 %');
  expect(stepName({ id: 'check', title: 'check the candidate' })).toBe('check the candidate');
});
