/** The page of guarantees names tests: each of them exists, and no guarantee is without one. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, tests } from './sources.ts';

const COUNT = 24;

interface Section {
  readonly guarantee: string;
  readonly promised: readonly { readonly file: string; readonly title: string }[];
}

function sections(): Section[] {
  const page = readFileSync(join(root, 'docs/guarantees.md'), 'utf8');
  return page
    .split(/^## /m)
    .slice(1)
    .map((text) => ({
      guarantee: /^G\d+/.exec(text)?.[0] ?? text.slice(0, 20),
      promised: [...text.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, file = '', title = '']) => ({ file, title })),
    }));
}

/** Titles are compared as they stand in the source, placeholders included. */
function holds(file: string, title: string): boolean {
  const path = join(root, file);
  if (!existsSync(path)) return false;
  const text = readFileSync(path, 'utf8');
  return ["'", '"', '`'].some((quote) => text.includes(`${quote}${title}${quote}`));
}

test(`G1 to G${COUNT} are all there, in order, each with a test`, () => {
  const named = sections().map(({ guarantee, promised }) =>
    promised.length > 0 ? guarantee : `${guarantee} (no test)`,
  );
  expect(named).toEqual(Array.from({ length: COUNT }, (_, index) => `G${index + 1}`));
});

test('every test that is named exists', () => {
  const all = sections().flatMap(({ guarantee, promised }) => promised.map((one) => ({ guarantee, ...one })));
  const missing = all.filter(({ file, title }) => !holds(file, title));
  expect(missing).toEqual([]);
});

test('every test whose title claims a guarantee is named under it', () => {
  const named = new Set(
    sections().flatMap(({ guarantee, promised }) => promised.map(({ file, title }) => `${guarantee} ${file} ${title}`)),
  );
  const files = tests().filter(({ path }) => path.endsWith('.test.ts'));
  const claimed = files.flatMap(({ path, text }) =>
    [...text.matchAll(/\(\s*(['"`])((G\d+(?:, G\d+)*)(?:, \$\{\w+\})?: [^\n]*?)\1\s*,/g)].flatMap(
      ([, , title = '', claims = '']) => claims.split(', ').map((guarantee) => `${guarantee} ${path} ${title}`),
    ),
  );
  expect(claimed.length).toBeGreaterThan(COUNT);
  expect(claimed.filter((claim) => !named.has(claim))).toEqual([]);
});
