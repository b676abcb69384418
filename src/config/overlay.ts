/**
 * Lays environments over what they extend, and over the defaults, before anything is judged; and
 * remembers where each value was written, so that a fault is reported there, and once.
 */
import type { KeyPath } from '../util/document.ts';
import { suggest } from '../util/suggest.ts';
import { isCustomTarget } from './custom-target.ts';
import type { Fault } from './fault.ts';

type Plain = Readonly<Record<string, unknown>>;

export interface Overlaid {
  /** The whole configuration, `defaults` and `extends` worked in. */
  readonly value: unknown;
  readonly faults: readonly Fault[];
  /** Where the value at a path of `value` was written. */
  origin(path: KeyPath): KeyPath;
}

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isCustomTarget(value);
}

/** Deep; lists and single values replace; null removes; an object of another `type` replaces. */
export function overlay(under: unknown, over: unknown): unknown {
  if (!isPlain(over)) return over === undefined ? under : over;
  const base = isPlain(under) && !ofAnotherType(under, over) ? under : {};
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (value === null) delete merged[key];
    else define(merged, key, overlay(base[key], value));
  }
  return merged;
}

/** `__proto__` is a key like any other here: plain assignment would set the prototype. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function ofAnotherType(under: Plain, over: Plain): boolean {
  // A secret and an address given in full are two kinds of thing as well.
  const differs = over.type !== undefined && under.type !== undefined && over.type !== under.type;
  return differs || 'secret' in under !== 'secret' in over;
}

/** Environments by name, each with the ones that it extends: itself first, the furthest last. */
function lineage(environments: Plain, name: string, faults: Fault[]): string[] {
  const line = [name];
  for (;;) {
    const current = line.at(-1) ?? name;
    const written = environments[current];
    const base = isPlain(written) ? written.extends : undefined;
    if (typeof base !== 'string') return line;
    const path = ['environments', current, 'extends'];
    if (line.includes(base)) {
      faults.push({ path, what: `extends itself: ${[...line.slice(line.indexOf(base)), base].join(' -> ')}` });
      return line;
    }
    if (!Object.hasOwn(environments, base)) {
      const near = suggest(base, Object.keys(environments));
      faults.push({ path, what: `there is no environment "${base}"${near ? `; did you mean "${near}"?` : ''}` });
      return line;
    }
    line.push(base);
  }
}

export function resolveOverlays(written: unknown): Overlaid {
  if (!isPlain(written) || !isPlain(written.environments)) {
    return { value: written, faults: [], origin: (path) => path };
  }
  // Judged where they take effect: on their own they may be incomplete.
  const { defaults, environments, ...others } = written;
  const faults = judgeDefaults(defaults);
  const lines = new Map(Object.keys(environments).map((name) => [name, lineage(environments, name, faults)]));
  const resolved: Record<string, unknown> = {};
  for (const [name, line] of lines) {
    const base = overlay({}, isPlain(defaults) ? defaults : {});
    const value = line.toReversed().reduce<unknown>((under, one) => overlay(under, environments[one]), base);
    define(resolved, name, value);
  }
  return {
    value: { ...others, environments: resolved },
    faults,
    origin: (path) => originOf(path, written, lines),
  };
}

function judgeDefaults(defaults: unknown): Fault[] {
  if (defaults === undefined) return [];
  if (!isPlain(defaults)) return [{ path: ['defaults'], what: 'expected an object' }];
  return 'extends' in defaults
    ? [{ path: ['defaults', 'extends'], what: 'only an environment can extend another' }]
    : [];
}

/** The nearest writing of a path: the environment itself, what it extends, then the defaults. */
function originOf(path: KeyPath, written: Plain, lines: ReadonlyMap<string, readonly string[]>): KeyPath {
  const [head, name, ...rest] = path;
  if (head !== 'environments' || typeof name !== 'string' || rest.length === 0) return path;
  const places: KeyPath[] = [...(lines.get(name) ?? [name]).map((one) => ['environments', one]), ['defaults']];
  const writtenAt = (tail: KeyPath) => places.find((place) => isWritten(written, [...place, ...tail]));
  // A key that is missing is reported where its parent was written.
  for (let length = rest.length; length > 0; length--) {
    const place = writtenAt(rest.slice(0, length));
    if (place) return [...place, ...rest];
  }
  return path;
}

function isWritten(root: unknown, path: KeyPath): boolean {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
    value = Reflect.get(value, key);
  }
  return true;
}
