/** Two Convex schemas, compared: per table and as a whole, can it be pushed, and is there a way back. */
import { createComparer } from './comparer.ts';
import { notUnderstood } from './compare-validators.ts';
import type { IndexDiff } from './diff-indexes.ts';
import { diffTable, type TableDiff } from './diff-table.ts';
import type { Finding } from './finding.ts';
import { refusals } from './refusals.ts';
import { readSchema, type Schema } from './schema.ts';
import { isObject, sameJson } from './validator.ts';
import { renamedTables, validationFindings } from './table-findings.ts';
import { oldCodeReturns, oldSchemaReturns, type Push, PUSHES, type Rollback, ROLLBACKS, worst } from './verdict.ts';

export interface ConvexDiff {
  /** Every table of either schema, by name. */
  readonly tables: Readonly<Record<string, TableDiff>>;
  readonly indexes: readonly IndexDiff[];
  /** The worst of the tables; `never` too when Convex refuses the new schema whatever the data. */
  readonly push: Push;
  /** The worst of the tables. */
  readonly rollback: Rollback;
  /** What has to be pushed to go back: see {@link rollbackWith}. */
  readonly rollbackWith: RollbackWith;
  /** Present when a part is of a kind that this version does not know: nothing passes then. */
  readonly unknown?: true;
  /** All findings: of the schema, then of its tables. */
  readonly findings: readonly Finding[];
}

/**
 * The schema that the way back needs beside the old functions: `old-schema` or `new-schema` for all tables,
 * `mixed-schema` when some tables need their old and some their new validator, `conditional` when it depends on the
 * documents, `none` when there is no way.
 */
export type RollbackWith = 'old-schema' | 'new-schema' | 'mixed-schema' | 'conditional' | 'none';

function rollbackWith(tables: readonly TableDiff[], indexes: readonly IndexDiff[], rollback: Rollback): RollbackWith {
  if (rollback === 'never') return 'none';
  if (rollback === 'if-no-new-values') return 'conditional';
  if (tables.every(oldSchemaReturns)) return 'old-schema';
  const lostIndex = indexes.some((index) => index.oldCode === 'breaks');
  return tables.every((table) => oldCodeReturns(table, lostIndex)) ? 'new-schema' : 'mixed-schema';
}

function mixedFinding(tables: Readonly<Record<string, TableDiff>>): Finding {
  const kept = Object.keys(tables).filter((name) => tables[name]?.rollback === 'code-only');
  return {
    path: '',
    rule: 'rollback-needs-mixed-schema',
    why: `neither schema alone leads back: the old functions need the new validators of ${kept.join(', ')} and the old ones of the other tables`,
    sample: null,
    recipe: 'split the change into two deployments: one that adds, one that takes away',
  };
}

function strangeFindings(schemas: readonly Schema[]): readonly Finding[] {
  const strange = new Set(schemas.flatMap((schema) => schema.strange));
  return strange.size === 0 ? [] : [{ path: '', rule: 'not-understood', sample: null, ...notUnderstood(strange) }];
}

/** Most tables and fields of a deployment are as they were: the same object is read and compared once. */
function sharingEqualTypes(old: Schema, next: Schema): Schema {
  const tables = [...next.tables].map(([name, table]) => {
    const documentType = sharingFields(old.tables.get(name)?.documentType, table.documentType);
    return [name, { ...table, documentType }] as const;
  });
  return { ...next, tables: new Map(tables) };
}

/** `next`, with the fields of `old` that say the same; `old` itself when all do. */
function sharingFields(old: unknown, next: unknown): unknown {
  if (sameJson(old, next)) return old;
  if (!isObject(old) || !isObject(next) || !isObject(old.value) || !isObject(next.value)) return next;
  const before = old.value;
  const fields = Object.entries(next.value).map(([name, field]) => {
    const was = before[name];
    if (sameJson(was, field)) return [name, was] as const;
    const same = isObject(field) && isObject(was) && sameJson(was.fieldType, field.fieldType);
    return [name, same ? { ...field, fieldType: was.fieldType } : field] as const;
  });
  const value = Object.fromEntries(fields);
  return { ...next, value };
}

/**
 * Compares two schemas as `defineSchema(...).export()` writes them (parsed JSON; null is no schema).
 * @throws SchemaFormatError when one is not a schema at all
 */
export function diffConvex(oldSchema: unknown, newSchema: unknown): ConvexDiff {
  const old = readSchema(oldSchema, 'the old schema');
  const next = sharingEqualTypes(old, readSchema(newSchema, 'the new schema'));
  const comparer = createComparer();
  const names = [...new Set([...old.tables.keys(), ...next.tables.keys()])].sort();
  const compared = names.map((name) => ({ name, ...diffTable(comparer, old, next, name) }));
  const tables = Object.fromEntries(compared.map(({ name, diff }) => [name, diff]));
  const diffs = compared.map(({ diff }) => diff);
  const indexes = compared.flatMap((table) => table.indexes);
  const strange = strangeFindings([old, next]);
  const refused = refusals(comparer, next);
  const rollback =
    worst(ROLLBACKS, [
      ...diffs.map((diff) => diff.rollback),
      ...(strange.length > 0 ? (['if-no-new-values'] as const) : []),
    ]) ?? 'always';
  const way = rollbackWith(diffs, indexes, rollback);
  const pushes = [...diffs.map((diff) => diff.push), ...(strange.length > 0 ? (['if-no-violation'] as const) : [])];
  return {
    tables,
    indexes,
    push: refused.length > 0 ? 'never' : (worst(PUSHES, pushes) ?? 'always'),
    rollback,
    rollbackWith: way,
    ...(strange.length > 0 || diffs.some((diff) => diff.unknown) ? { unknown: true as const } : {}),
    findings: [
      ...strange,
      ...refused,
      ...validationFindings(old, next),
      ...renamedTables(old, next),
      ...(way === 'mixed-schema' ? [mixedFinding(tables)] : []),
      ...diffs.flatMap((diff) => diff.findings),
    ],
  };
}
