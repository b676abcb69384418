/** Two versions of a JSON Schema document: what was written under the old one under the new one, and the other way round. */
import type { Finding } from './finding.ts';
import { createInclusion } from './include.ts';
import { isObject, isSchema, type Schema } from './json.ts';
import type { Side } from './side.ts';
import { UnreadableSchema } from './unreadable.ts';

export interface JsonSchemaReport {
  /** Documents written under the old schema are valid under the new one. */
  readonly newAcceptsOld: Verdict;
  /** Documents written under the new schema are valid under the old one: what a rollback needs. */
  readonly oldAcceptsNew: Verdict;
  /** Readers of the old schema cope with new documents when they ignore properties that they do not know. */
  readonly oldReadsNew: Verdict;
  /** Why not, each under the question that it answers. */
  readonly forward: readonly Finding[];
  readonly backward: readonly Finding[];
}

export type Verdict = 'yes' | 'no' | 'unknown';

export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.length === 0) return 'yes';
  return findings.some((one) => one.verdict === 'no') ? 'no' : 'unknown';
}

function sideOf(schema: Schema): Side {
  return { root: isObject(schema) ? schema : {}, ignoresRefSiblings: false, leavesOut: null };
}

/** Values of `inner` that are no values of `outer`, a finding a reason. */
function missing(inner: Schema, outer: Schema, open: boolean): readonly Finding[] {
  return createInclusion({ inner: sideOf(inner), outer: sideOf(outer), open }).include([inner], outer, '');
}

/** Both are parsed JSON. @throws UnreadableSchema when one is neither an object nor a boolean */
export function compareJsonSchemas(before: unknown, after: unknown): JsonSchemaReport {
  if (!isSchema(before)) throw new UnreadableSchema('old', 'a JSON Schema is an object, true or false');
  if (!isSchema(after)) throw new UnreadableSchema('new', 'a JSON Schema is an object, true or false');
  const forward = missing(before, after, false);
  const backward = missing(after, before, false);
  return {
    newAcceptsOld: verdictOf(forward),
    oldAcceptsNew: verdictOf(backward),
    oldReadsNew: verdictOf(missing(after, before, true)),
    forward,
    backward,
  };
}
