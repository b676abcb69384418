/** One table, before and after: the four relations, what they mean, and a finding for each that fails. */
import { NOTHING_PASSES, notUnderstood } from './compare-validators.ts';
import { type Comparer, enforced, type Relation, relate, type Relations, RELATIONS, type Side } from './comparer.ts';
import { diffIndexes, type IndexDiff, indexFinding } from './diff-indexes.ts';
import { areDisjoint } from './disjoint.ts';
import { documentsOf } from './explain.ts';
import type { Finding, Rule } from './finding.ts';
import { renamedFields, replaceWarnings } from './field-notes.ts';
import { tableFindings } from './table-findings.ts';
import type { Type } from './type.ts';
import type { Schema } from './schema.ts';
import { stagedFindings } from './staged-findings.ts';
import { judgePush, judgeRollback, type Push, type Rollback } from './verdict.ts';
import { witnessesOf } from './witness.ts';

export interface TableDiff extends Relations {
  readonly push: Push;
  readonly rollback: Rollback;
  readonly findings: readonly Finding[];
  /** Present when a part of the table is of a kind that this version does not know: nothing passes then. */
  readonly unknown?: true;
}

export interface ComparedTable {
  readonly diff: TableDiff;
  readonly indexes: readonly IndexDiff[];
}

const RULES: Readonly<Record<Relation, Rule>> = {
  newSchemaAcceptsOldData: 'old-documents-refused',
  oldSchemaAcceptsNewData: 'old-schema-refuses-new-documents',
  oldCodeReadsNewData: 'old-code-meets-new-values',
  newCodeReadsOldData: 'new-code-meets-old-values',
};

/** Compares the table `name` of two schemas; it is in one of them at least. */
export function diffTable(comparer: Comparer, old: Schema, next: Schema, name: string): ComparedTable {
  const [was, is] = [old.tables.get(name), next.tables.get(name)];
  const indexes = diffIndexes(was, is);
  const parsed = [was, is].map((table) => (table ? comparer.parse(table.documentType) : undefined));
  const types = parsed.map((found) => found?.type);
  const strange = [...parsed.flatMap((found) => found?.unknown ?? []), ...(was?.strange ?? []), ...(is?.strange ?? [])];
  if (strange.length > 0) return { diff: unknownTable(name, strange, indexes), indexes };
  const sides = {
    old: sideOf(comparer, old, types[0], 'old', next),
    next: sideOf(comparer, next, types[1], 'next', old),
  };
  const relations = relate(comparer, sides.old, sides.next);
  const disjoint = areDisjoint(sides.old.accepted, sides.next.accepted, 'closed');
  const lostIndex = indexes.some((index) => index.oldCode === 'breaks');
  const findings = [
    ...tableFindings(name, was, is),
    ...(was && is ? RELATIONS.flatMap((relation) => relationFindings(comparer, relation, sides, name)) : []),
    ...(types[0] && types[1]
      ? [...renamedFields(types[0], types[1], name), ...replaceWarnings(relations, types[0], types[1], name)]
      : []),
    ...stagedFindings(comparer, was, is),
    ...indexes.map(indexFinding),
  ];
  const push = judgePush(relations, { disjoint });
  return {
    diff: { ...relations, push, rollback: judgeRollback(relations, { disjoint, lostIndex }), findings },
    indexes,
  };
}

/** What a schema enforces, lets be written and expects of a table. */
function sideOf(comparer: Comparer, schema: Schema, type: Type | undefined, role: 'old' | 'next', other: Schema): Side {
  const { any, never } = comparer.types;
  // A table that is not listed is not validated. Before it is listed it is taken to be empty, where a schema was enforced.
  if (!type) return { accepted: any, written: role === 'old' && schema.enforced ? never : any, expected: undefined };
  if (schema.enforced) return enforced(type);
  // Where neither validates, the change cannot be in what is enforced: the declared types are compared.
  return { accepted: any, written: other.enforced ? any : type, expected: type };
}

function relationFindings(
  comparer: Comparer,
  relation: Relation,
  sides: { readonly old: Side; readonly next: Side },
  table: string,
): readonly Finding[] {
  return witnessesOf(comparer, relation, sides, documentsOf(table)).map(({ path, why, sample, recipe }) => ({
    table,
    path,
    rule: RULES[relation],
    why: relation === 'newSchemaAcceptsOldData' ? `${why} (an empty table passes)` : why,
    sample,
    recipe,
  }));
}

function unknownTable(table: string, names: readonly string[], indexes: readonly IndexDiff[]): TableDiff {
  const finding: Finding = { table, path: '', rule: 'not-understood', sample: null, ...notUnderstood(new Set(names)) };
  return {
    ...NOTHING_PASSES,
    unknown: true,
    push: 'if-no-violation',
    rollback: 'if-no-new-values',
    findings: [finding, ...indexes.map(indexFinding)],
  };
}
