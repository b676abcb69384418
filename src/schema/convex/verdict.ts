/**
 * What four relations mean for a push and for the way back.
 *
 * | push              | when                                                                                   |
 * | ----------------- | -------------------------------------------------------------------------------------- |
 * | `always`          | closed old ⊆ new: no document that the old schema admits is refused                      |
 * | `never`           | the two sets are disjoint: every document is refused (an empty table still passes)      |
 * | `if-no-violation` | else: it depends on the documents; a query counts those in the way                      |
 *
 * Two ways lead back. (a) The old schema and the old code are pushed again: Convex validates every document against
 * the old schema, and the old code reads them. (b) Code only: the old functions are pushed with the new schema kept.
 *
 * | rollback           | when                                                                                   |
 * | ------------------ | -------------------------------------------------------------------------------------- |
 * | `always`           | (a) whatever was written: closed new ⊆ old, and open new ≤ old                           |
 * | `code-only`        | not (a), but (b) whatever was written: closed old ⊆ new (the writes of the old code) and  |
 * |                    | open new ≤ old (its reads), and every index that it may use is still there              |
 * | `never`            | neither, and no document can satisfy both schemas: whatever the new schema holds, the   |
 * |                    | old one refuses, and the other way round (an empty table still goes back)               |
 * | `if-no-new-values` | neither is sure, but (a) works while no document holds a value that the old schema lacks |
 *
 * Without validation nothing is refused, so the reads decide: (a) asks for them too. With validation they follow from
 * the closed inclusion.
 */
import type { Relations } from './comparer.ts';

export const PUSHES = ['always', 'if-no-violation', 'never'] as const;
export const ROLLBACKS = ['always', 'code-only', 'if-no-new-values', 'never'] as const;

export type Push = (typeof PUSHES)[number];
export type Rollback = (typeof ROLLBACKS)[number];

export interface Circumstances {
  /** No document can satisfy both schemas. */
  readonly disjoint: boolean;
  /** An index that old code may query is gone, changed or staged. */
  readonly lostIndex: boolean;
}

export function judgePush(relations: Relations, { disjoint }: Pick<Circumstances, 'disjoint'>): Push {
  if (relations.newSchemaAcceptsOldData) return 'always';
  return disjoint ? 'never' : 'if-no-violation';
}

/** Form (a): old schema and old code, whatever was written. */
export const oldSchemaReturns = (relations: Relations): boolean =>
  relations.oldSchemaAcceptsNewData && relations.oldCodeReadsNewData;

/** Form (b): old code on the new schema, whatever was written. */
export const oldCodeReturns = (relations: Relations, lostIndex: boolean): boolean =>
  relations.newSchemaAcceptsOldData && relations.oldCodeReadsNewData && !lostIndex;

export function judgeRollback(relations: Relations, { disjoint, lostIndex }: Circumstances): Rollback {
  if (oldSchemaReturns(relations)) return 'always';
  if (oldCodeReturns(relations, lostIndex)) return 'code-only';
  return disjoint ? 'never' : 'if-no-new-values';
}

/** The one that promises least. */
export function worst<T>(order: readonly T[], given: readonly T[]): T | undefined {
  return order.findLast((verdict) => given.includes(verdict)) ?? order[0];
}
