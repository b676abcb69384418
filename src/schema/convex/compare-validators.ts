/** Two exported validators compared: the four relations, and a witness for each that fails. */
import { type Comparer, createComparer, enforced, RELATIONS, relate, type Relations } from './comparer.ts';
import { type Subject, VALUES } from './explain.ts';
import { type Witness, witnessesOf } from './witness.ts';

export interface Comparison extends Relations {
  readonly witnesses: readonly Witness[];
  /** Present when a node is of a kind that this version does not know: nothing passes then. */
  readonly unknown?: true;
}

/** Nothing passes: what was not understood may be anything. */
export const NOTHING_PASSES: Relations = {
  newSchemaAcceptsOldData: false,
  oldSchemaAcceptsNewData: false,
  oldCodeReadsNewData: false,
  newCodeReadsOldData: false,
};

export const notUnderstood = (names: Iterable<string>): { readonly why: string; readonly recipe: string } => ({
  why: `not compared: this version of belay does not know ${[...names].join(', ')}`,
  recipe: 'update belay; until then judge this change by hand',
});

/**
 * Compares two exported validators (`fieldType` JSON, function `args` or `returns`, a table's `documentType`).
 * A yes is always right; a no is too strict only where `Inclusion.includes` says so.
 */
export function compareValidators(oldType: unknown, newType: unknown): Comparison {
  return compareWith(createComparer(), oldType, newType, VALUES);
}

/** The same with a comparer that is shared, and in the words of who asks. */
export function compareWith(comparer: Comparer, oldType: unknown, newType: unknown, subject: Subject): Comparison {
  const [old, next] = [comparer.parse(oldType), comparer.parse(newType)];
  const sides = { old: enforced(old.type), next: enforced(next.type) };
  const unknown = new Set([...old.unknown, ...next.unknown]);
  if (unknown.size > 0) {
    const facts = { path: '', sample: null, ...notUnderstood(unknown) };
    const witnesses = RELATIONS.map((relation) => ({ relation, ...facts }));
    return { ...NOTHING_PASSES, unknown: true, witnesses };
  }
  const relations = relate(comparer, sides.old, sides.next);
  const witnesses = RELATIONS.flatMap((relation) => witnessesOf(comparer, relation, sides, subject));
  return { ...relations, witnesses };
}
