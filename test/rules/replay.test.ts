/** A deployment can be replayed: the deciding parts read no clock. The linter sees `Date.now`, but not `new Date()`. */
import { expect, test } from 'vitest';
import { filesIn } from './sources.ts';

const READS_CLOCK = /\bnew Date\b(?!\s*\(\s*[^\s)])|(?<!new |\w|\.)Date\(/;
const DECIDING = ['src/core', 'src/strategies', 'src/analysis'];

test.each(['new Date()', 'new Date( )', 'new Date', 'Date()'])('%s reads the clock', (text) => {
  expect(READS_CLOCK.test(text)).toBe(true);
});

test.each(['new Date(at)', 'Date.parse(at)', 'wall: Date', 'releaseDate()'])('%s does not', (text) => {
  expect(READS_CLOCK.test(text)).toBe(false);
});

test('core, strategies and analysis read no clock', () => {
  const files = DECIDING.flatMap((folder) => filesIn(folder, ['.ts'])).filter(
    (file) => !file.path.endsWith('.test.ts'),
  );
  const lines = files.flatMap((file) =>
    file.text
      .split('\n')
      .flatMap((line, at) =>
        READS_CLOCK.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line) ? [`${file.path}:${at + 1} ${line.trim()}`] : [],
      ),
  );
  expect(lines).toEqual([]);
});
