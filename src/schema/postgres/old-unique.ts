/** Old code against the unique keys as they are now: new ones refuse what repeats, lost ones were named by upserts. */
import { evaluate } from './evaluate.ts';
import { canonical } from './expression.ts';
import { findColumn } from './lookup.ts';
import { type Catalog, type Column, type Index, type Relation, relationKey } from './model.ts';
import type { Compare } from './old-columns.ts';
import { note } from './old-constraints.ts';
import { leftBy, leftOut, leftValue } from './ordinary.ts';

const BREAKS = ['breaks', 'unique-refuses'] as const;
const MAY = ['notice', 'unique-may-refuse'] as const;

interface UniqueKey {
  readonly index: Index;
  readonly columns: readonly string[];
  readonly condition: string;
  /** ON CONFLICT can name it. */
  readonly arbiter: boolean;
}

function uniqueKeys(relation: Relation): UniqueKey[] {
  return relation.indexes
    .filter((index) => index.unique || index.exclusion)
    .map((index) => {
      const owner = relation.constraints.find((one) => 'index' in one && one.index === index);
      const deferrable = owner !== undefined && 'deferrable' in owner && owner.deferrable;
      const columns = index.columns.flatMap((column) => (column ? [column.name] : []));
      const rest = index.expressions.map((node) => canonical(node));
      const condition = index.predicate ? canonical(index.predicate) : '';
      return {
        index,
        columns: [...columns, ...rest].sort(),
        condition,
        arbiter: index.unique && !deferrable && index.valid,
      };
    });
}

const sameUnique = (a: UniqueKey, b: UniqueKey) => a.columns.join() === b.columns.join() && a.condition === b.condition;

export function compareUnique(compare: Compare, after: Relation, now: Catalog): void {
  const { before } = compare;
  const [old, fresh] = [uniqueKeys(before), uniqueKeys(after)];
  for (const key of old) {
    if (!key.arbiter || fresh.some((one) => one.arbiter && sameUnique(one, key))) continue;
    if (key.columns.some((name) => !name.startsWith('{') && !findColumn(after, name))) continue;
    const why = `an upsert of running code with ON CONFLICT (${names(key)}) on ${before.name} fails: no unique index matches it now`;
    note(compare, blame(compare, key, after), 'notice', 'upsert-target-gone', why, 'Drop it once no upsert names it.');
  }
  for (const key of fresh) {
    if (old.some((one) => sameUnique(one, key)) || passesUnique(compare, after, key, old, now)) continue;
    const why = `writes of running code to ${before.name} that repeat (${names(key)}) fail`;
    const name = key.index.name;
    const [effect, rule] = repeatsLeftOut(compare, after, key) ? BREAKS : MAY;
    compare.found.push({
      keys: [
        `constraint:${relationKey(after)}.${name}`,
        `index:${relationKey(after)}.${name}`,
        `relation:${relationKey(after)}`,
      ],
      rule,
      why,
      recipe: 'Release code that copes with the refusal first.',
      effect,
    });
  }
}

/** Two inserts that leave the whole key out leave the same in it; two that point to one row of another table repeat it. */
function repeatsLeftOut({ before, now }: Compare, after: Relation, { index }: UniqueKey): boolean {
  if (index.exclusion || index.expressions.length > 0) return false;
  const foreign = before.constraints.flatMap((one) => (one.kind === 'foreign' ? one.columns : []));
  const points = (column: Column | null) =>
    column !== null && (column.name.endsWith('_id') || foreign.some((one) => one.name === column.name));
  if (index.columns.every((column) => points(column) && findColumn(before, column?.name ?? ''))) return true;
  return index.columns.every((column) => {
    if (!column) return false;
    const old = findColumn(before, column.name);
    const left = old ? leftOut(now, leftBy(old, column)) : leftValue(before, after, column.name);
    return left === null ? !index.nullsDistinct : left !== undefined;
  });
}

const names = (key: UniqueKey) => key.columns.map((one) => (one.startsWith('{') ? 'expression' : one)).join(', ');

function blame(compare: Compare, key: UniqueKey, after: Relation): string {
  const touched = [`constraint:@.${key.index.name}`, `index:@.${key.index.name}`];
  const found = touched.find((one) => compare.now.touched.has(one.replace('@', relationKey(after))));
  return found ?? touched[0] ?? '';
}

/** Old writes cannot collide: an older key is stricter, or they leave NULL or a value of its own in the new column. */
function passesUnique(
  compare: Compare,
  after: Relation,
  key: UniqueKey,
  old: readonly UniqueKey[],
  now: Catalog,
): boolean {
  const { before } = compare;
  if (key.index.exclusion) return false;
  const stricter = old.some(
    (one) =>
      one.arbiter &&
      (one.condition === '' || one.condition === key.condition) &&
      one.columns.every((name) => key.columns.includes(name)),
  );
  if (stricter) return true;
  if (key.index.predicate) {
    const held = evaluate(key.index.predicate, (name) => leftValue(before, after, name));
    if (held === false || held === null) return true;
  }
  return key.index.columns.some((column) => {
    if (!column || findColumn(before, column.name)) return false;
    const left = leftValue(before, after, column.name);
    if (left === null) return key.index.nullsDistinct;
    return (
      left === undefined &&
      now.relations.size > 0 &&
      (column.identity !== null || column.default !== null) &&
      !column.generated
    );
  });
}
