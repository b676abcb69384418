/** Takes out what a shape refused, so that the rules can still judge the rest and everything is told at once. */
import type { z } from 'zod';
import type { KeyPath } from '../util/document.ts';
import { isPlain } from './overlay.ts';

const ROUNDS = 10;

/** `least` stands in for required keys at the top. Null when nothing sensible is left. */
export function prune<Shape extends z.ZodType>(shape: Shape, value: unknown, least: object): z.output<Shape> | null {
  let left = value;
  for (let round = 0; round < ROUNDS; round++) {
    left = { ...least, ...(isPlain(left) ? left : {}) };
    const parsed = shape.safeParse(left);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      const path = issue.path as KeyPath;
      if (issue.code === 'unrecognized_keys')
        left = issue.keys.reduce((rest, key) => without(rest, [...path, key]), left);
      else left = without(left, path);
    }
  }
  return null;
}

/** A copy without the value at a path; without its parent when there is no such value (something was missing in it). */
function without(value: unknown, path: KeyPath): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return undefined;
  if (Array.isArray(value)) {
    const at = Number(key);
    const inner = rest.length > 0 ? without(value[at], rest) : undefined;
    return inner === undefined ? value.filter((_, index) => index !== at) : value.with(at, inner);
  }
  if (!isPlain(value) || !(key in value)) return undefined;
  const inner = rest.length > 0 ? without(value[key], rest) : undefined;
  const { [key]: _gone, ...others } = value;
  return inner === undefined ? others : { ...value, [key]: inner };
}
