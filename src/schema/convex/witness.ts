/** Why a relation does not hold: where, in words, with a sample and the way out. */
import { type Comparer, questionOf, type Relation, type Side } from './comparer.ts';
import { encodeValue } from './encoding.ts';
import { explainGap, type Subject } from './explain.ts';
import { findGaps, showPath } from './gap.ts';
import { recipeFor } from './recipe.ts';

export interface Witness {
  readonly relation: Relation;
  /** `address.city`, `tags[]`, `scores{}`; empty for the whole value. */
  readonly path: string;
  readonly why: string;
  /** A value of the one side that the other does not take, as Convex JSON; null when none was found within bounds. */
  readonly sample: unknown;
  readonly recipe: string;
}

/** A witness for each place at which the relation fails; none where it holds. */
export function witnessesOf(
  comparer: Comparer,
  relation: Relation,
  sides: { readonly old: Side; readonly next: Side },
  subject: Subject,
): readonly Witness[] {
  const { mode, from, to } = questionOf(relation, sides.old, sides.next);
  if (to === undefined || comparer[mode].includes(from, to)) return [];
  const value = comparer.sample(mode, from, to);
  const sample = value === undefined ? null : encodeValue(value);
  return findGaps(comparer[mode], from, to).map((gap) => ({
    relation,
    path: showPath(gap.path),
    why: explainGap(relation, gap, subject),
    sample,
    recipe: recipeFor(relation, gap, subject),
  }));
}
