/** Old code against the constraints as they are now: new ones refuse its writes, lost ones its upserts. */
import type { Node } from 'libpg-query';
import { columnNames } from './ast.ts';
import { canonical, constantOf } from './expression.ts';
import { conjuncts, evaluate, implies } from './evaluate.ts';
import { domainOf, findColumn } from './lookup.ts';
import {
  type Catalog,
  type Check,
  type Column,
  type ForeignKey,
  type Index,
  type Relation,
  relationKey,
} from './model.ts';
import type { Compare } from './old-columns.ts';

/** A validated or unvalidated check already keeps NULL out of the column. */
export function isClosed(relation: Relation, column: Column): boolean {
  if (column.notNull) return true;
  return relation.constraints.some(
    (one) =>
      one.kind === 'check' &&
      conjuncts(one.expression).some(
        (part) =>
          'NullTest' in part && part.NullTest.nulltesttype === 'IS_NOT_NULL' && columnNames(part)[0] === column.name,
      ),
  );
}

export function compareConstraints(compare: Compare, after: Relation, now: Catalog): void {
  compareChecks(compare, after);
  compareForeignKeys(compare, after);
  compareUnique(compare, after, now);
}

function note(
  compare: Compare,
  key: string,
  effect: 'breaks' | 'new-values',
  rule: string,
  why: string,
  recipe: string,
): void {
  const relation = relationKey(compare.before);
  compare.found.push({ keys: [key.replace('@', relation), `relation:${relation}`], rule, why, recipe, effect });
}

const checks = (relation: Relation) => relation.constraints.filter((one): one is Check => one.kind === 'check');

function compareChecks(compare: Compare, after: Relation): void {
  const { before } = compare;
  const had = new Set(checks(before).map((one) => canonical(one.expression)));
  const has = new Set(checks(after).map((one) => canonical(one.expression)));
  for (const one of checks(after)) {
    if (had.has(canonical(one.expression)) || passesAlways(compare, after, one)) continue;
    const how = one.valid ? '' : ' (NOT VALID spares the old rows, not the new ones)';
    const why = `writes of running code that violate check ${one.name} of ${before.name} fail${how}`;
    note(compare, `constraint:@.${one.name}`, 'breaks', 'check-refuses', why, 'Release code that keeps to it first.');
  }
  for (const one of checks(before)) {
    if (has.has(canonical(one.expression)) || checks(after).some((other) => implies(other.expression, one.expression)))
      continue;
    if (columnNames(one.expression).some((name) => !findColumn(after, name))) continue;
    const why = `running code may read rows of ${before.name} that check ${one.name} used to refuse`;
    note(compare, `constraint:@.${one.name}`, 'new-values', 'check-loosened', why, 'Release code that copes first.');
  }
}

/** What an insert that does not know the column leaves in it; undefined when that cannot be told. */
function leftValue(before: Relation, after: Relation, name: string): ReturnType<typeof constantOf> {
  const column = findColumn(after, name);
  if (!column || findColumn(before, name)) return undefined;
  if (column.identity || column.generated) return undefined;
  return column.default ? constantOf(column.default) : null;
}

function passesAlways(compare: Compare, after: Relation, check: Check): boolean {
  const { before } = compare;
  const known = (name: string) => leftValue(before, after, name);
  const facts = [...checks(before).map((one) => one.expression), ...typeFacts(compare)];
  return conjuncts(check.expression).every((part) => {
    const value = evaluate(part, known);
    if (value === true || value === null) return true;
    if (facts.some((fact) => implies(fact, part))) return true;
    return isNotNullOf(part, before) || fitsLength(part, compare);
  });
}

function typeFacts({ before, base }: Compare): Node[] {
  return before.columns.flatMap((column) =>
    (domainOf(base, column.type)?.checks ?? []).map((one) => replaceValue(one.expression, column.name)),
  );
}

/** `VALUE > 0` of a domain, said of a column. */
function replaceValue(expression: Node, column: string): Node {
  return JSON.parse(
    JSON.stringify(expression).replaceAll('"sval":"value"', `"sval":${JSON.stringify(column)}`),
  ) as Node;
}

function isNotNullOf(part: Node, before: Relation): boolean {
  if (!('NullTest' in part) || part.NullTest.nulltesttype !== 'IS_NOT_NULL') return false;
  const names = columnNames(part);
  const column = findColumn(before, names[0] ?? '');
  return names.length === 1 && column !== null && isClosed(before, column);
}

/** `length(x) <= n` where the type allows no more. */
function fitsLength(part: Node, { before }: Compare): boolean {
  if (!('A_Expr' in part) || !part.A_Expr.lexpr || !part.A_Expr.rexpr) return false;
  const limit = constantOf(part.A_Expr.rexpr);
  const text = canonical(part.A_Expr.lexpr);
  const op = canonical(part.A_Expr.name);
  const column = findColumn(before, columnNames(part.A_Expr.lexpr)[0] ?? '');
  const most = column?.type.mods[0];
  if (typeof limit !== 'number' || most === undefined || !/funcname:(char_)?length\b/.test(text)) return false;
  return op.includes('<=') ? most <= limit : op.includes('<') && most < limit;
}

const sameKey = (a: ForeignKey, b: ForeignKey) =>
  a.target.name === b.target.name &&
  a.columns.map((one) => one.name).join() === b.columns.map((one) => one.name).join();

function compareForeignKeys(compare: Compare, after: Relation): void {
  const { before } = compare;
  const old = before.constraints.filter((one): one is ForeignKey => one.kind === 'foreign');
  for (const one of after.constraints) {
    if (one.kind !== 'foreign' || old.some((other) => sameKey(other, one))) continue;
    const left = one.columns.map((column) => leftValue(before, after, column.name));
    const isProven = one.valid && left.every((value) => value !== undefined);
    if (left.includes(null) || isProven) continue;
    const why = `writes of running code to ${before.name} that point to no row of ${one.target.name} fail`;
    note(
      compare,
      `constraint:@.${one.name}`,
      'breaks',
      'foreign-key-refuses',
      why,
      'Release code that keeps to it first.',
    );
  }
}

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

function compareUnique(compare: Compare, after: Relation, now: Catalog): void {
  const { before } = compare;
  const [old, fresh] = [uniqueKeys(before), uniqueKeys(after)];
  for (const key of old) {
    if (!key.arbiter || fresh.some((one) => one.arbiter && sameUnique(one, key))) continue;
    if (key.columns.some((name) => !name.startsWith('{') && !findColumn(after, name))) continue;
    const why = `ON CONFLICT (${names(key)}) of running code on ${before.name} fails: no unique index matches it now`;
    note(compare, blame(compare, key, after), 'breaks', 'upsert-target-gone', why, 'Drop it once no upsert names it.');
  }
  for (const key of fresh) {
    if (old.some((one) => sameUnique(one, key)) || passesUnique(compare, after, key, old, now)) continue;
    const why = `writes of running code to ${before.name} that repeat (${names(key)}) fail`;
    const name = key.index.name;
    compare.found.push({
      keys: [
        `constraint:${relationKey(after)}.${name}`,
        `index:${relationKey(after)}.${name}`,
        `relation:${relationKey(after)}`,
      ],
      rule: 'unique-refuses',
      why,
      recipe: 'Release code that copes with the refusal first.',
      effect: 'breaks',
    });
  }
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
