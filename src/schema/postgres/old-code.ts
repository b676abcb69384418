/** Whether the release that runs now still works on the new schema: the end compared with the beginning, name by name. */
import type { Catalog, Relation } from './model.ts';
import { relationKey } from './model.ts';
import { compareColumns, type Compare } from './old-columns.ts';
import { compareConstraints } from './old-constraints.ts';
import { updatableSource } from './old-view.ts';

export type { Compare } from './old-columns.ts';

/** A difference that old code notices. */
export interface Difference {
  /** Names of the changed things, the most telling first: the statement that touched them last is to blame. */
  readonly keys: readonly string[];
  readonly rule: string;
  readonly why: string;
  readonly recipe: string;
  readonly effect: 'breaks' | 'new-values' | 'notice' | 'unknown';
}

export function compareWithBase(base: Catalog, now: Catalog): Difference[] {
  const found: Difference[] = [];
  for (const before of base.relations.values()) {
    if (before.kind === 'composite') continue;
    const compare: Compare = { base, now, before, found };
    compareRelation(compare, now.relations.get(relationKey(before)) ?? null);
  }
  compareTypes(base, now, found);
  compareFunctions(base, now, found);
  return found;
}

const KIND = { view: 'view', matview: 'view', sequence: 'sequence' } as const;

function compareRelation(compare: Compare, after: Relation | null): void {
  const { before, now, found } = compare;
  const key = relationKey(before);
  if (!after) {
    // A sequence that its table owns goes and is renamed with the table: that alone tells enough.
    if (before.kind === 'sequence' && before.ownedBy) return;
    const kind = before.kind in KIND ? KIND[before.kind as keyof typeof KIND] : 'table';
    found.push({
      keys: [`relation:${key}`, `schema:${before.schema}`],
      rule: `${kind}-gone`,
      why: `running code that names ${before.name} fails: it is gone or has another name`,
      recipe: 'Keep the old name, as a view over the new one, until the old release is gone.',
      effect: 'breaks',
    });
    return;
  }
  if (before.kind === 'sequence') return;
  if (after.kind === 'view' && before.kind !== 'view') return compareWithView(compare, after);
  compareColumns(compare, after);
  if (before.kind !== 'view' && before.kind !== 'matview') compareConstraints(compare, after, now);
  compareSecurity(compare, after);
  comparePartition(compare, after);
}

/** A table that became a view of the same name: fine while Postgres can write through it. */
function compareWithView(compare: Compare, view: Relation): void {
  const { before, found, now } = compare;
  const source = updatableSource(now, view);
  const missing = before.columns.find((column) => !view.columns.some((one) => one.name === column.name));
  if (source && !missing) {
    if (!source.fresh) compareConstraints({ ...compare, before: asNamedBy(before, source, view) }, source, now);
    return;
  }
  found.push({
    keys: [`relation:${relationKey(before)}`],
    rule: 'table-became-view',
    why: `${before.name} is now a view that ${missing ? `lacks ${missing.name}` : 'cannot be written'}`,
    recipe: 'Make it a plain SELECT of all old columns from one table.',
    effect: 'breaks',
  });
}

/** Behind a view only the source's constraints count, and those it had before are no news. */
const asNamedBy = (before: Relation, source: Relation, view: Relation): Relation =>
  view.query ? { ...before, schema: source.schema } : before;

function compareSecurity({ before, found }: Compare, after: Relation): void {
  if (!after.rowSecurity) return;
  const open = (relation: Relation) =>
    !relation.rowSecurity || ['all', 'select', 'insert', 'update'].every((command) => isOpen(relation, command));
  if (!open(before) || open(after)) return;
  found.push({
    keys: [`relation:${relationKey(before)}`],
    rule: 'row-security-hides',
    why: `row security on ${before.name} hides rows from, or refuses rows of, roles that do not own it`,
    recipe: 'Create the policies in the same transaction, before enabling it.',
    effect: 'breaks',
  });
}

/** Some permissive policy lets everyone through, and no restrictive one does not. */
function isOpen(relation: Relation, command: string): boolean {
  const passes = (node: Relation['policies'][number]['using']) =>
    node === null || ('A_Const' in node && node.A_Const.boolval?.boolval === true);
  if (command === 'all') return relation.policies.some((one) => one.permissive);
  const about = relation.policies.filter((one) => one.command === 'all' || one.command === command);
  return (
    about.some((one) => one.permissive && one.everyone && passes(one.using) && passes(one.withCheck)) &&
    about.every((one) => one.permissive || (passes(one.using) && passes(one.withCheck)))
  );
}

function comparePartition({ before, found, now }: Compare, after: Relation): void {
  const isBound = before.constraints.some((one) => one.kind === 'check');
  if (after.partition && !before.partition && !isBound) {
    found.push({
      keys: [`relation:${relationKey(before)}`],
      rule: 'partition-may-refuse',
      why: `rows outside the bound that running code inserts into ${before.name} fail`,
      recipe: 'Add a CHECK with the same bound one release earlier.',
      effect: 'notice',
    });
  }
  if (!before.partition || after.partition) return;
  const parent = before.parents[0];
  const fallback = [...now.relations.values()].some(
    (one) => one.partition?.isDefault && one.parents.some((up) => parent && relationKey(up) === relationKey(parent)),
  );
  if (fallback) return;
  found.push({
    keys: [`relation:${relationKey(before)}`],
    rule: 'partition-detached',
    why: `rows that belong in ${before.name} cannot be inserted through ${parent?.name ?? 'its table'} any more`,
    recipe: 'Detach only partitions that nothing writes to.',
    effect: 'breaks',
  });
}

function compareTypes(base: Catalog, now: Catalog, found: Difference[]): void {
  for (const before of base.types.values()) {
    const key = relationKey(before);
    const after = now.types.get(key);
    if (!after) {
      found.push({
        keys: [`type:${key}`],
        rule: 'type-gone',
        why: `running code that casts to ${before.name} fails`,
        recipe: 'Keep the old name until the old release is gone.',
        effect: 'notice',
      });
    } else if (
      before.kind === 'enum' &&
      after.kind === 'enum' &&
      after.labels.some((label) => !before.labels.includes(label))
    ) {
      found.push({
        keys: [`type:${key}`],
        rule: 'enum-label-added',
        why: `running code may read a label of ${before.name} that it does not know`,
        recipe: 'Release code that copes with it first.',
        effect: 'new-values',
      });
    }
  }
}

function compareFunctions(base: Catalog, now: Catalog, found: Difference[]): void {
  const names = new Set([...now.functions.values()].map((one) => relationKey(one)));
  for (const [key, before] of base.functions) {
    if (now.functions.has(key) || names.has(relationKey(before)) || /\breturns?\s+trigger\b/i.test(before.body))
      continue;
    const isTrigger = [...base.relations.values()].some((one) =>
      one.triggers.some((trigger) => trigger.function === before.name),
    );
    if (isTrigger) continue;
    found.push({
      keys: [`function:${key}`],
      rule: 'function-gone',
      why: `running code that calls ${before.name} fails`,
      recipe: 'Keep the old function until the old release is gone.',
      effect: 'breaks',
    });
  }
}
