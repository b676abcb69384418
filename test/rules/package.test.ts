/** What npm installs: exact versions, nothing that runs code while installing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { root } from './sources.ts';

const Versions = z.record(z.string(), z.string()).default({});
const Manifest = z.object({
  engines: z.object({ node: z.string() }),
  dependencies: Versions,
  optionalDependencies: Versions,
  devDependencies: Versions,
});
const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
      optional: z.boolean().optional(),
      optionalDependencies: Versions,
    }),
  ),
});

/** Packages with an install script that may stay, and why. */
const ALLOWED_SCRIPTS: Readonly<Record<string, string>> = {
  'node_modules/fsevents': 'macOS only, optional, and .npmrc has ignore-scripts',
};

const read = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'));
const manifest = Manifest.parse(read('package.json'));
const lockfile = Lockfile.parse(read('package-lock.json'));
const direct = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies };

test('no dependency runs a script when it is installed', () => {
  const scripted = Object.entries(lockfile.packages)
    .filter(([name, entry]) => entry.hasInstallScript && !(entry.optional && name in ALLOWED_SCRIPTS))
    .map(([name]) => name);
  expect(scripted).toEqual([]);
});

test('every direct dependency has an exact version, the one in the lockfile', () => {
  const loose = Object.entries(direct).filter(
    ([name, version]) =>
      !/^\d+\.\d+\.\d+$/.test(version) || lockfile.packages[`node_modules/${name}`]?.version !== version,
  );
  expect(loose).toEqual([]);
});

test('the lockfile knows the binaries of every platform: npm ci refuses one that does not', () => {
  const known = new Set(Object.keys(lockfile.packages).map((path) => path.replace(/^.*node_modules\//, '')));
  const wanted = Object.values(lockfile.packages).flatMap((entry) => Object.keys(entry.optionalDependencies));
  expect(wanted.filter((name) => !known.has(name))).toEqual([]);
});

test('vitest and its coverage are one version: a difference breaks both', () => {
  expect(direct['@vitest/coverage-v8']).toBe(direct['vitest']);
});

test('the Node that is promised is the one that npm enforces', () => {
  expect(manifest.engines.node).toBe('>=20.19');
  expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^engine-strict=true$/m);
  expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
});
