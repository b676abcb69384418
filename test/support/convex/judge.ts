/** Holds the comparison of two validators against the oracle: wrong answers, and a "no" that nothing proves. */
import { type Comparison, compareValidators } from '../../../src/schema/convex/compare-validators.ts';
import type { Relation } from '../../../src/schema/convex/comparer.ts';
import type { ValidatorJson } from '../../../src/schema/convex/validator.ts';
import { admits, enumerate, type JsonValue } from './oracle.ts';

const MOST_VALUES = 250;

/** Which side's data, which side looks, and how. */
const QUESTIONS: readonly (readonly [Relation, 'old' | 'next', boolean])[] = [
  ['newSchemaAcceptsOldData', 'old', false],
  ['oldSchemaAcceptsNewData', 'next', false],
  ['oldCodeReadsNewData', 'next', true],
  ['newCodeReadsOldData', 'old', true],
];

export interface Judgement {
  readonly yes: number;
  readonly no: number;
  /** An answer that a value contradicts: never. */
  readonly wrong: readonly string[];
  /** A "no" for which neither its samples nor the small values of the type show one. */
  readonly unproven: readonly string[];
}

type Answer = 'yes' | 'no' | { readonly wrong: string } | { readonly unproven: string };

function answerOf(
  comparison: Comparison,
  relation: Relation,
  from: ValidatorJson,
  to: ValidatorJson,
  open: boolean,
): Answer {
  const escapes = (value: JsonValue) => admits(from, value, false) && !admits(to, value, open);
  const told = `${relation}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`;
  const witnesses = comparison.witnesses.filter((witness) => witness.relation === relation);
  const samples = witnesses.map(({ sample }) => sample as JsonValue);
  if (comparison[relation]) {
    const found = enumerate(from, MOST_VALUES).find(escapes);
    if (found !== undefined) return { wrong: `yes, but ${JSON.stringify(found)}; ${told}` };
    return samples.length === 0 ? 'yes' : { wrong: `yes with a witness; ${told}` };
  }
  if (samples.length === 0) return { wrong: `no without a witness; ${told}` };
  if (samples.some(escapes)) return samples.every(escapes) ? 'no' : { wrong: `a sample that is none; ${told}` };
  // Null stands for no sample, where it is not the value itself.
  if (samples.some((sample) => sample !== null)) return { wrong: `sample ${JSON.stringify(samples)}; ${told}` };
  return enumerate(from, MOST_VALUES).some(escapes) ? 'no' : { unproven: told };
}

/** Asks all four questions of a pair. */
export function judgePair(old: ValidatorJson, next: ValidatorJson): Judgement {
  const comparison = compareValidators(old, next);
  const answers = QUESTIONS.map(([relation, data, open]) =>
    data === 'old' ? answerOf(comparison, relation, old, next, open) : answerOf(comparison, relation, next, old, open),
  );
  return {
    yes: answers.filter((answer) => answer === 'yes').length,
    no: answers.filter((answer) => answer === 'no').length,
    wrong: answers.flatMap((answer) => (typeof answer === 'object' && 'wrong' in answer ? [answer.wrong] : [])),
    unproven: answers.flatMap((answer) =>
      typeof answer === 'object' && 'unproven' in answer ? [answer.unproven] : [],
    ),
  };
}
