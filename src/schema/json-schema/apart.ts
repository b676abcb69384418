/** Whether two schemas can have no value in common: what `oneOf` needs to be taken as a plain choice. */
import { expand } from './expand.ts';
import { type Facts, factsOf, isEmpty } from './facts.ts';
import type { Sides } from './inclusion.ts';
import { equal, type Json, type Schema } from './json.ts';
import { tagsOf } from './split.ts';

const disjoint = (a: readonly Json[], b: readonly Json[]): boolean =>
  a.every((value) => !b.some((other) => equal(value, other)));

function factsApart(a: Facts, b: Facts): boolean {
  if (isEmpty(b) || [...a.kinds].every((kind) => !b.kinds.has(kind))) return true;
  if (a.values && b.values) return disjoint(a.values, b.values);
  const theirs = tagsOf(b);
  return [...tagsOf(a)].some(([name, values]) => {
    const other = theirs.get(name);
    return other !== undefined && disjoint(values, other);
  });
}

/** `facts` are of the inner side, `other` is a schema of the outer one. False also means "cannot tell". */
export function areApart(sides: Sides, facts: Facts, other: Schema): boolean {
  const pieces = expand(sides.outer, other);
  return pieces !== null && pieces.every((piece) => factsApart(facts, factsOf(sides.outer, piece)));
}
