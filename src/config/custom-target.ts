/** Tells a target that a user wrote from a description of one of ours. */
import type { Target } from '../targets/target.ts';

const VERBS = ['live', 'stage', 'find', 'activate', 'discard', 'probe'] as const;

/** Anything with a verb of the contract is meant as a target; the rules say which verbs are missing. */
export function isCustomTarget(value: unknown): value is Partial<Target> {
  return (
    typeof value === 'object' && value !== null && VERBS.some((verb) => typeof Reflect.get(value, verb) === 'function')
  );
}

export function missingVerbs(target: object): readonly string[] {
  return VERBS.filter((verb) => typeof Reflect.get(target, verb) !== 'function');
}
