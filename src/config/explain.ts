/** Answers "why is this so": what a key means, what it is set to, and which of command line, environment, file or default won. */
import { Problem } from '../core/errors.ts';
import { suggest } from '../util/suggest.ts';
import { pathText, valueAt } from '../util/shape-issues.ts';
import { describeShape, type KeyDescription } from './describe-shape.ts';
import type { LoadedConfig } from './load.ts';
import { configShape } from './shape.ts';

export type Winner = 'flag' | 'environment' | 'file' | 'default' | 'unset';

export interface Explanation {
  readonly path: string;
  readonly description: string;
  readonly kind: string;
  /** As written; secrets as their names. Undefined when nothing is set and there is no default. */
  readonly value: unknown;
  readonly from: Winner;
  /** `belay.yml:12`, where the file won; with the key's own path when it was written elsewhere (`extends`, `defaults`). */
  readonly at: string | null;
}

/** `path` as in messages: `environments.production.targets.web.port`. @throws Problem USAGE for a key that does not exist */
export function explain(loaded: LoadedConfig, path: string): Explanation {
  const keys = parsePath(path);
  const value = valueAt(loaded.written, keys);
  const known = findKey(keys, loaded.written);
  const about = { path, description: known.description, kind: known.kind };
  if (keys[0] === 'store' && (loaded.storeFrom === 'flag' || loaded.storeFrom === 'environment')) {
    const { store } = loaded.config;
    // A flag or a variable names a path or an address; Convex needs a key besides, and stands in the file only.
    const shown = store.type === 'sqlite' ? store.path : store.type === 'postgres' ? String(store.url) : store.type;
    return {
      ...about,
      value: shown,
      from: loaded.storeFrom,
      at: loaded.storeFrom === 'flag' ? '--store' : 'BELAY_STORE',
    };
  }
  if (value !== undefined) {
    const origin = loaded.places.origin(keys);
    const line = `${loaded.places.name}:${loaded.places.lineOf(origin)}`;
    return { ...about, value, from: 'file', at: pathText(origin) === path ? line : `${line} (${pathText(origin)})` };
  }
  return { ...about, value: known.default, from: known.default === undefined ? 'unset' : 'default', at: null };
}

function parsePath(path: string): (string | number)[] {
  return path
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key));
}

/** Among keys of the same path the one that belongs to the `type` that is written. */
function findKey(keys: readonly (string | number)[], written: unknown): KeyDescription {
  const all = describeShape(configShape);
  const matching = all.filter(({ path }) => matches(path, keys));
  const type: unknown = valueAt(written, [...keys.slice(0, -1), 'type']);
  const known = matching.find(({ when }) => when === type) ?? matching[0];
  if (known) return known;
  const text = pathText(keys);
  const near = suggest(
    text,
    all.map(({ path }) => withNames(path, keys)),
  );
  throw new Problem('USAGE', `there is no key ${text}`, {
    ...(near ? { why: `did you mean ${near}?` } : {}),
    next: 'belay config --reference',
  });
}

const parts = (path: string) => path.replaceAll('[]', '.[]').split('.');

function matches(path: string, keys: readonly (string | number)[]): boolean {
  const pattern = parts(path);
  return (
    pattern.length === keys.length &&
    pattern.every((part, index) => part === String(keys[index]) || part === 'NAME' || part === '[]')
  );
}

/** A described path with the names that the person used, so that it can be compared and shown. */
function withNames(path: string, keys: readonly (string | number)[]): string {
  return pathText(parts(path).map((part, index) => (part === 'NAME' || part === '[]' ? (keys[index] ?? part) : part)));
}
