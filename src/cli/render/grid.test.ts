import { expect, test } from 'vitest';
import { grid } from './grid.ts';

const style = { color: false, unicode: true };
const columns = [{ title: 'id' }, { title: 'by', shrinks: true }, { title: 'why', shrinks: true }] as const;

test('what fits is left as it is', () => {
  expect(grid(style, columns, [['d-1', 'mia', 'hotfix']], 80)).toEqual(['  id   by   why', '  d-1  mia  hotfix']);
});

test('what does not fit is cut in the widest column that may shrink', () => {
  const [, row] = grid(style, columns, [['d-1', 'mia', 'a reason that goes on and on']], 30);
  expect(row).toBe('  d-1  mia  a reason that goe…');
  expect(grid({ ...style, unicode: false }, columns, [['d-1', 'mia', 'a reason that goes on']], 26)[1]).toMatch(
    /\.\.\.$/,
  );
});

test('a column for which there is no room at all is left out; ids never are', () => {
  const rows = [['d-0123456789', 'somebody', 'a reason']];
  expect(grid(style, columns, rows, 24)).toEqual(['  id            by', '  d-0123456789  somebody']);
  expect(grid(style, columns, rows, 10)).toEqual(['  id', '  d-0123456789']);
});

test('an empty column is left out', () => {
  expect(grid(style, columns, [['d-1', '', 'x']], 80)).toEqual(['  id   why', '  d-1  x']);
});
