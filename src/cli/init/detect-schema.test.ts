/** init turns the schema gate on where there is something to compare, and nowhere else. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configTs } from './config-ts.ts';
import { configYaml } from './config-yaml.ts';
import { detect } from './detect.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-init-'));
  mkdirSync(join(folder, '.git'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each<[string, boolean]>([
  ['convex/schema.ts', true],
  ['db/migrations/001_users.sql', true],
  ['prisma/migrations/20250101120000_init/migration.sql', true],
  ['migrations/readme.md', false],
  ['src/schema.ts', false],
])('%s: %s', (path, expected) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), '');
  const choices = { ...detect(folder), port: 3000, workflows: [], middleware: false, version: '0' };
  expect(choices.schema).toBe(expected);
  expect(configYaml(choices).includes('\n    schema: auto')).toBe(expected);
  expect(configTs(choices).includes("\n      schema: 'auto'")).toBe(expected);
});
