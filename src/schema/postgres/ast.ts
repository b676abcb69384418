/** Small readings of the parser's tree. */
import type { Node, RangeVar, TypeName } from 'libpg-query';
import type { ColumnType } from './model.ts';

export function text(node: Node | undefined): string {
  return node && 'String' in node ? (node.String.sval ?? '') : '';
}

export const texts = (nodes: readonly Node[] | undefined): string[] => (nodes ?? []).map(text);

/** A name as it is written: `a.b` is two parts. */
export function nameParts(node: Node | undefined): string[] {
  if (!node) return [];
  if ('List' in node) return texts(node.List.items);
  if ('TypeName' in node) return texts(node.TypeName.names);
  if ('ObjectWithArgs' in node) return texts(node.ObjectWithArgs.objname);
  if ('RangeVar' in node) return rangeParts(node.RangeVar);
  return [text(node)];
}

export function rangeParts(range: RangeVar | undefined): string[] {
  const name = range?.relname ?? '';
  return range?.schemaname ? [range.schemaname, name] : [name];
}

const SERIAL: Readonly<Record<string, string>> = {
  serial: 'int4',
  serial4: 'int4',
  bigserial: 'int8',
  serial8: 'int8',
  smallserial: 'int2',
  serial2: 'int2',
};

export function isSerial(type: TypeName | undefined): boolean {
  const names = texts(type?.names);
  return names.length === 1 && (names[0] ?? '') in SERIAL;
}

function modsOf(type: TypeName): number[] {
  return (type.typmods ?? []).map((node) =>
    'A_Const' in node ? (node.A_Const.ival ? (node.A_Const.ival.ival ?? 0) : Number.NaN) : Number.NaN,
  );
}

/** Column type by canonical name; `pg_catalog.` is dropped, other schemas stay. */
export function columnType(type: TypeName | undefined): ColumnType {
  if (!type) return { name: '?', mods: [], array: false };
  const names = texts(type.names).filter((part) => part !== 'pg_catalog');
  const written = names.join('.');
  const array = (type.arrayBounds ?? []).length > 0;
  return { name: SERIAL[written] ?? written, mods: modsOf(type), array };
}

export function formatType(type: ColumnType): string {
  return `${type.name}${type.mods.length > 0 ? `(${type.mods.join(',')})` : ''}${type.array ? '[]' : ''}`;
}

export const sameType = (a: ColumnType, b: ColumnType): boolean => formatType(a) === formatType(b);

/** Every node below, itself included; stops where `visit` says so. */
export function walk(node: unknown, visit: (kind: string, value: Record<string, unknown>) => boolean | void): void {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (typeof value !== 'object' || value === null) continue;
    if (/^[A-Z]/.test(key) && visit(key, value as Record<string, unknown>) === false) continue;
    walk(value, visit);
  }
}

/** Names of the columns that an expression speaks of (the last part of each). */
export function columnNames(expression: Node | null | undefined): string[] {
  const found = new Set<string>();
  walk(expression, (kind, value) => {
    if (kind !== 'ColumnRef') return;
    const last = (value['fields'] as Node[] | undefined)?.at(-1);
    if (last && 'String' in last) found.add(text(last));
  });
  return [...found];
}

/** The expression with a column renamed. */
export function renamed(expression: Node, from: string, to: string): Node {
  const copy = structuredClone(expression);
  walk(copy, (kind, value) => {
    if (kind !== 'ColumnRef') return;
    const last = (value['fields'] as Node[] | undefined)?.at(-1);
    if (last && 'String' in last && last.String.sval === from) last.String.sval = to;
  });
  return copy;
}
