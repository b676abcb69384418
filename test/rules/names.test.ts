/** Names that say what is inside, and nothing left for later. */
import { expect, test } from 'vitest';
import { sources, tests } from './sources.ts';

const FILE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|config|d))?\.(tsx?|mjs|js)$/;
const EMPTY_NAMES = /^(utils?|helpers?|common|misc|shared|.*managers?|.*services?|.*impl)\.[a-z.]+$/;
/** Vitest loads a reporter, and Convex a component and its schema, only by their default exports. */
const DEFAULT_EXPORTS = [
  'scripts/lib/count-reporter.mjs',
  'src/convex/component/convex.config.ts',
  'src/convex/component/schema.ts',
];

const all = () => [...sources(), ...tests()];
const paths = (files: readonly { path: string }[]) => files.map((file) => file.path);
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

test('files are kebab-case', () => {
  expect(paths(all().filter((file) => !FILE_NAME.test(nameOf(file.path))))).toEqual([]);
});

test('no file is a drawer for anything (utils, helpers, manager)', () => {
  expect(paths(all().filter((file) => EMPTY_NAMES.test(nameOf(file.path))))).toEqual([]);
});

test('no default exports', () => {
  const found = sources().filter((file) => /^export default /m.test(file.text) && !DEFAULT_EXPORTS.includes(file.path));
  expect(paths(found)).toEqual([]);
});

test('nothing is left for later', () => {
  const marker = new RegExp(['TO' + 'DO', 'FIX' + 'ME', 'not imple' + 'mented'].join('|'));
  expect(paths(all().filter((file) => marker.test(file.text)))).toEqual([]);
});

test('no test is switched off, or runs alone', () => {
  const pinned = /\b(it|test|describe)\.(only|todo|fails|skip)\b(?!If)/;
  expect(paths(tests().filter((file) => pinned.test(file.text) && !file.path.endsWith('rules/names.test.ts')))).toEqual(
    [],
  );
});

test('each source file begins by saying what it is for', () => {
  const silent = sources().filter((file) => !/^(#!.*\n)?\/(\/|\*\*)/.test(file.text));
  expect(paths(silent)).toEqual([]);
});
