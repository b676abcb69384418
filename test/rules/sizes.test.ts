/** Files stay small enough to be read in one sitting. */
import { expect, test } from 'vitest';
import { type SourceFile, sources, tests } from './sources.ts';

const SOURCE_LIMIT = 250;
const MEDIAN_LIMIT = 80;
const TEST_LIMIT = 500;

const longer = (files: SourceFile[], limit: number) =>
  files.filter((file) => file.lines > limit).map((file) => `${file.path}: ${file.lines} lines`);

test(`no source file is longer than ${SOURCE_LIMIT} lines`, () => {
  expect(longer(sources(), SOURCE_LIMIT)).toEqual([]);
});

test(`no test file is longer than ${TEST_LIMIT} lines`, () => {
  expect(longer(tests(), TEST_LIMIT)).toEqual([]);
});

test(`half of the source files are shorter than ${MEDIAN_LIMIT} lines`, () => {
  const sorted = sources().toSorted((a, b) => a.lines - b.lines);
  const median = sorted[Math.floor(sorted.length / 2)]?.lines;
  const longest = sorted.slice(-10).map((file) => `${file.path}: ${file.lines}`);
  expect(median, `the longest: ${longest.join(', ')}`).toBeLessThan(MEDIAN_LIMIT);
});
