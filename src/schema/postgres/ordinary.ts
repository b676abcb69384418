/**
 * What a running release writes as a matter of course: it leaves columns out that may be left out, and gives values
 * such as those that are stored. A constraint that the stored rows pass, it passes too; one that refuses more than
 * that is a refusal that code *may* meet, which is told, and does not break it.
 */
import type { Node } from 'libpg-query';
import { baseType } from './casts.ts';
import { evaluate } from './evaluate.ts';
import { constantOf, inList } from './expression.ts';
import { domainOf, findColumn } from './lookup.ts';
import type { Catalog, Column, ColumnType, Constant, Relation } from './model.ts';

/** What a column holds after an insert that leaves it out; undefined when no such insert is made, or none can tell. */
export function leftOut(catalog: Catalog, column: Column): Constant | undefined {
  if (column.identity || column.generated) return undefined;
  const value = column.default ?? domainOf(catalog, column.type)?.default ?? null;
  if (value !== null) return constantOf(value);
  return column.notNull || domainOf(catalog, column.type)?.notNull ? undefined : null;
}

const TEXTS = /^(text|varchar|bpchar|citext|name)$/;
const NUMBERS = /^(int[248]|numeric|float[48]|money|oid)$/;
const MOMENTS = /^(timestamp|timestamptz|date)$/;

function valuesOf(type: ColumnType): readonly Constant[] {
  if (type.array) return [];
  if (NUMBERS.test(type.name)) return [1, 42];
  if (TEXTS.test(type.name)) return ['text', 'some text'];
  return MOMENTS.test(type.name) ? ['2026-05-01'] : [];
}

/** Values that a check of the base lists for the column. */
function listed(relation: Relation, name: string): readonly Constant[] {
  return relation.constraints.flatMap((one) => {
    const list = one.kind === 'check' ? inList(one.expression) : null;
    return list && columnOf(list.subject) === name ? list.values : [];
  });
}

function columnOf(node: Node): string | null {
  const field = 'ColumnRef' in node ? node.ColumnRef.fields?.at(-1) : undefined;
  return field && 'String' in field ? (field.String.sval ?? null) : null;
}

/** Whether an insert that leaves out all that it may fails the check. */
export function refusesLeftOut(
  catalog: Catalog,
  relation: Relation,
  check: Node,
  isClosed: (column: Column) => boolean,
) {
  return (
    evaluate(check, (name) => {
      const column = findColumn(relation, name);
      const left = column ? leftOut(catalog, column) : undefined;
      return left === null && column && isClosed(column) ? undefined : left;
    }) === false
  );
}

/** Whether ordinary values of the columns fail a check that no row was tested by. */
export function refusesOrdinary(catalog: Catalog, relation: Relation, check: Node): boolean {
  return [0, 1].some(
    (turn) =>
      evaluate(check, (name) => {
        const column = findColumn(relation, name);
        if (!column) return undefined;
        const stored = listed(relation, name);
        const values = stored.length > 0 ? stored : valuesOf(baseType(catalog, column.type));
        return leftOut(catalog, column) ?? values[turn % Math.max(1, values.length)];
      }) === false,
  );
}

/** Drivers send 5.5 as text, which a whole number does not take. */
const hasFraction = ({ name, mods }: ColumnType): boolean =>
  /^float|^money/.test(name) || (name === 'numeric' && (mods.length === 0 || (mods[1] ?? 0) > 0));

/** Whether values of the one type that are stored in the other are written as before: only unusual ones are refused. */
export function isSameFamily(from: ColumnType, to: ColumnType): boolean {
  // An array is sent as text, which a text column takes.
  if (from.array !== to.array) return !to.array && TEXTS.test(to.name);
  if (NUMBERS.test(from.name) && NUMBERS.test(to.name)) return !(hasFraction(from) && /^(int|oid)/.test(to.name));
  if (TEXTS.test(to.name)) return true;
  return from.name === to.name || (from.name === 'inet' && to.name === 'cidr');
}

/** The column as an old insert meets it: it gives what had to be given before, and leaves out what it does not know. */
export function leftBy(old: Column | null, now: Column): Column {
  if (!old) return now;
  const mayBeLeft = !old.notNull || old.default !== null;
  return mayBeLeft ? { ...old, default: now.default } : old;
}

/** What an insert that does not know the column leaves in it; undefined when that cannot be told. */
export function leftValue(before: Relation, after: Relation, name: string): Constant | undefined {
  const column = findColumn(after, name);
  if (!column || findColumn(before, name)) return undefined;
  if (column.identity || column.generated) return undefined;
  return column.default ? constantOf(column.default) : null;
}
