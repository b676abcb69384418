/** Old code against the constraints as they are now: new ones refuse its writes, lost ones its upserts. */
import type { Node } from 'libpg-query';
import { columnNames } from './ast.ts';
import { canonical, constantOf } from './expression.ts';
import { conjuncts, evaluate, implies } from './evaluate.ts';
import { domainOf, findColumn } from './lookup.ts';
import { type Catalog, type Check, type Column, type ForeignKey, type Relation, relationKey } from './model.ts';
import type { Compare } from './old-columns.ts';
import { compareUnique } from './old-unique.ts';
import { leftBy, leftValue, refusesLeftOut, refusesOrdinary } from './ordinary.ts';

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

export function note(
  compare: Compare,
  key: string,
  effect: 'breaks' | 'new-values' | 'notice',
  rule: string,
  why: string,
  recipe: string,
): void {
  const relation = relationKey(compare.before);
  compare.found.push({ keys: [key.replace('@', relation), `relation:${relation}`], rule, why, recipe, effect });
}

const checks = (relation: Relation) => relation.constraints.filter((one): one is Check => one.kind === 'check');

const BREAKS = ['breaks', 'check-refuses'] as const;
const MAY = ['notice', 'check-may-refuse'] as const;

function breaksOrdinary({ before, base, now }: Compare, { expression, valid }: Check): boolean {
  const after = now.relations.get(relationKey(before)) ?? before;
  // A column that had to be given before is given still, whatever its default is now.
  const given = { ...after, columns: after.columns.map((one) => leftBy(findColumn(before, one.name), one)) };
  if (refusesLeftOut(base, given, expression, (column) => isClosed(before, column))) return true;
  return !valid && refusesOrdinary(base, before, expression);
}

function compareChecks(compare: Compare, after: Relation): void {
  const { before } = compare;
  const had = new Set(checks(before).map((one) => canonical(one.expression)));
  const has = new Set(checks(after).map((one) => canonical(one.expression)));
  for (const one of checks(after)) {
    if (had.has(canonical(one.expression)) || passesAlways(compare, after, one)) continue;
    const how = one.valid ? '' : ' (NOT VALID spares the old rows, not the new ones)';
    const why = `writes of running code that violate check ${one.name} of ${before.name} fail${how}`;
    const [effect, rule] = breaksOrdinary(compare, one) ? BREAKS : MAY;
    note(compare, `constraint:@.${one.name}`, effect, rule, why, 'Release code that keeps to it first.');
  }
  for (const one of checks(before)) {
    if (has.has(canonical(one.expression)) || checks(after).some((other) => implies(other.expression, one.expression)))
      continue;
    if (columnNames(one.expression).some((name) => !findColumn(after, name))) continue;
    const why = `running code may read rows of ${before.name} that check ${one.name} used to refuse`;
    note(compare, `constraint:@.${one.name}`, 'new-values', 'check-loosened', why, 'Release code that copes first.');
  }
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

const LEFT_KEY = ['breaks', 'foreign-key-refuses'] as const;
const MAY_KEY = ['notice', 'foreign-key-may-refuse'] as const;

const sameKey = (a: ForeignKey, b: ForeignKey) =>
  a.target.name === b.target.name &&
  a.columns.map((one) => one.name).join() === b.columns.map((one) => one.name).join();

/** Each row is the one that it points to. */
const pointsToItself = ({ target, columns, targetColumns }: ForeignKey, relation: Relation): boolean =>
  target === relation && columns.every((column, at) => column === targetColumns[at]);

/** Old code makes values of its own for the column: nothing elsewhere has them. */
const makesKey = (relation: Relation, name: string): boolean =>
  relation.constraints.some(
    (one) => one.kind === 'primary' && one.index.columns.length === 1 && one.index.columns[0]?.name === name,
  );

function compareForeignKeys(compare: Compare, after: Relation): void {
  const { before } = compare;
  const old = before.constraints.filter((one): one is ForeignKey => one.kind === 'foreign');
  for (const one of after.constraints) {
    if (one.kind !== 'foreign' || old.some((other) => sameKey(other, one)) || pointsToItself(one, after)) continue;
    const left = one.columns.map((column) => leftValue(before, after, column.name));
    const isProven = one.valid && left.every((value) => value !== undefined);
    if (left.includes(null) || isProven) continue;
    const why = `writes of running code to ${before.name} that point to no row of ${one.target.name} fail`;
    // What old code leaves in a new column is the same in every row; what it writes points to rows that it knows.
    const isOwn = one.columns.some((column) => makesKey(before, column.name));
    const isLeft = isOwn || left.some((value) => value !== undefined);
    const [effect, rule] = isLeft ? LEFT_KEY : MAY_KEY;
    note(compare, `constraint:@.${one.name}`, effect, rule, why, 'Release code that keeps to it first.');
  }
}
