/** Turns zod's findings into sentences a person can act on: what is wrong, and what was probably meant. */
import type { z } from 'zod';
import type { KeyPath } from './document.ts';
import { suggest } from './suggest.ts';

export interface ShapeIssue {
  readonly path: KeyPath;
  readonly what: string;
}

type Issue = z.core.$ZodIssue;

const list = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join(', ');

/** Keys that a shape knows at a path are asked for, so that an unknown one can be answered with the nearest. */
export function describeIssues(
  issues: readonly Issue[],
  root: unknown,
  knownKeys: (path: KeyPath) => readonly string[],
): ShapeIssue[] {
  return issues.flatMap((issue) => describe(issue, [], root, knownKeys));
}

function describe(
  issue: Issue,
  base: KeyPath,
  root: unknown,
  knownKeys: (path: KeyPath) => readonly string[],
): ShapeIssue[] {
  const path = [...base, ...(issue.path as KeyPath)];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], what: unknownWord('unknown key', key, knownKeys(path)) }));
  }
  if (issue.code === 'invalid_key') {
    return [{ path, what: issue.issues[0]?.message ?? issue.message }];
  }
  const value = valueAt(root, path);
  if (issue.code === 'invalid_union') {
    const branch = closestBranch(issue.errors);
    if (branch) return branch.flatMap((inner) => describe(inner, path, root, knownKeys));
    return [{ path, what: unionMessage(issue, value) }];
  }
  return [{ path, what: plainMessage(issue, value) }];
}

/** The branch whose kind of value was written (so only its inside is wrong), if there is exactly one. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const inside = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'),
  );
  const sameKind = inside.length > 0 ? inside : branches.filter((issues) => !issues.some(isAnotherKind));
  return sameKind.length === 1 ? (sameKind[0] ?? null) : null;
}

/** A custom shape says by `anotherKind` that the value is not of its kind at all. */
function isAnotherKind(issue: Issue): boolean {
  return issue.code === 'invalid_type' || (issue.code === 'custom' && issue.params?.anotherKind === true);
}

function unionMessage(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string {
  const options = 'options' in issue && Array.isArray(issue.options) ? (issue.options as readonly unknown[]) : null;
  if (options) {
    if (value === undefined) return `is missing; one of ${list(options)}`;
    return unknownWord('unknown type', word(value), options.map(String), options);
  }
  const expected = issue.errors.flatMap((branch) => branch.slice(0, 1).map(expectation));
  return `expected ${[...new Set(expected)].join(', or ')}; found ${shown(value)}`;
}

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_value') return `one of ${list(issue.values)}`;
  if (issue.code === 'invalid_type') return article(issue.expected);
  return issue.message;
}

function plainMessage(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_type') {
    if (!issue.message.startsWith('Invalid input'))
      return value === undefined ? `is missing; ${issue.message}` : issue.message;
    return value === undefined
      ? `is missing; expected ${article(issue.expected)}`
      : `expected ${article(issue.expected)}; found ${shown(value)}`;
  }
  if (issue.code === 'invalid_value') {
    if (value === undefined) return `is missing; one of ${list(issue.values)}`;
    return unknownWord('unknown value', word(value), issue.values.map(String), issue.values);
  }
  if (issue.code === 'too_small')
    return `must ${bound(issue.origin, 'at least', issue.minimum)}; found ${shown(value)}`;
  if (issue.code === 'too_big') return `must ${bound(issue.origin, 'at most', issue.maximum)}; found ${shown(value)}`;
  return issue.message;
}

function bound(origin: string, word: string, limit: unknown): string {
  if (origin === 'array') return `have ${word} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  if (origin === 'string') return `have ${word} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
  return `be ${word} ${limit}`;
}

/** `unknown key; did you mean "port"?`, or the list of what there is when nothing is near. */
export function unknownWord(
  what: string,
  word: string,
  known: readonly string[],
  listed: readonly unknown[] = [],
): string {
  const near = suggest(word, known);
  const named = listed.length > 0 ? `${what} ${JSON.stringify(word)}` : what;
  if (near) return `${named}; did you mean "${near}"?`;
  return listed.length > 0 ? `${named}; one of ${list(listed)}` : named;
}

export function valueAt(root: unknown, path: KeyPath): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const article = (kind: string) => NAMES[kind] ?? kind;

const word = (value: unknown): string => (typeof value === 'string' ? value : shown(value));

function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'function') return 'a function';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** `environments.production.targets.web`, list positions as `checks[0]`. */
export function pathText(path: KeyPath): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${key}` : key),
    '',
  );
}
