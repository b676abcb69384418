/** A table's validator as lines of `schema.ts`, and what changed between two of them. */
import type { Shown } from './report.ts';

type Json = Readonly<Record<string, unknown>>;

const NAME = /^[A-Za-z_$][\w$]*$/;
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const named = (name: string): string => (NAME.test(name) ? name : JSON.stringify(name));

/** An integer is exported as eight bytes, least first, in base64. */
function literal(value: unknown): string {
  if (!isRecord(value) || typeof value.$integer !== 'string') return JSON.stringify(value) ?? 'undefined';
  const bytes = Buffer.from(value.$integer, 'base64');
  return bytes.length === 8 ? `${bytes.readBigInt64LE()}n` : JSON.stringify(value);
}

function fields(value: unknown): readonly (readonly [string, string])[] {
  if (!isRecord(value)) return [];
  return Object.entries(value).map(([name, field]) => {
    const type = isRecord(field) ? written(field.fieldType) : 'unknown';
    return [name, isRecord(field) && field.optional === true ? `v.optional(${type})` : type];
  });
}

/** `v.union(v.string(), v.null())`; what is not known is named as it is. */
export function written(type: unknown): string {
  if (!isRecord(type)) return 'unknown';
  const inner = isRecord(type.values) ? type.values.fieldType : undefined;
  switch (type.type) {
    case 'bigint':
      return 'v.int64()';
    case 'literal':
      return `v.literal(${literal(type.value)})`;
    case 'id':
      return `v.id(${JSON.stringify(type.tableName)})`;
    case 'array':
      return `v.array(${written(type.value)})`;
    case 'record':
      return `v.record(${written(type.keys)}, ${written(inner)})`;
    case 'object':
      return `v.object({ ${fields(type.value)
        .map(([name, code]) => `${named(name)}: ${code}`)
        .join(', ')} })`;
    case 'union':
      return `v.union(${listOf(type.value).map(written).join(', ')})`;
    default:
      return typeof type.type === 'string' ? `v.${type.type}()` : 'unknown';
  }
}

export interface ConvexTable {
  readonly name: string;
  /** Name and validator of each field; one without a name when the document is no plain object. */
  readonly fields: readonly (readonly [string, string])[];
  readonly indexes: readonly string[];
}

const INDEXES: readonly (readonly [string, string])[] = [
  ['indexes', ''],
  ['stagedDbIndexes', ', staged'],
  ['searchIndexes', ', search'],
  ['stagedSearchIndexes', ', search, staged'],
  ['vectorIndexes', ', vector'],
  ['stagedVectorIndexes', ', vector, staged'],
];

function indexesOf(table: Json): readonly string[] {
  return INDEXES.flatMap(([key, kind]) =>
    listOf(table[key])
      .filter(isRecord)
      .map((index) => {
        const on = [...listOf(index.fields), index.searchField, index.vectorField].filter(
          (name) => typeof name === 'string',
        );
        return `${String(index.indexDescriptor)} (${on.join(', ')}${kind})`;
      }),
  );
}

/** The tables of an exported schema by name; none for anything else. */
export function tablesOf(schema: unknown): ReadonlyMap<string, ConvexTable> {
  const found = new Map<string, ConvexTable>();
  for (const table of listOf(isRecord(schema) ? schema.tables : undefined).filter(isRecord)) {
    const { documentType } = table;
    const plain = isRecord(documentType) && documentType.type === 'object';
    const lines = plain ? fields(documentType.value) : ([['', written(documentType)]] as const);
    const name = String(table.tableName);
    found.set(name, { name, fields: lines, indexes: indexesOf(table) });
  }
  return found;
}

const line = ([name, code]: readonly [string, string]): string => (name === '' ? code : `${named(name)}: ${code}`);

/** The fields that differ: what was with `-`, what is with `+`. */
export function changedFields(before: ConvexTable | undefined, after: ConvexTable | undefined): readonly Shown[] {
  const [was, is] = [new Map(before?.fields), new Map(after?.fields)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((name): readonly Shown[] => {
    const [old, next] = [was.get(name), is.get(name)];
    if (old === next) return [];
    return [
      ...(old === undefined ? [] : [{ sign: '-' as const, text: line([name, old]) }]),
      ...(next === undefined ? [] : [{ sign: '+' as const, text: line([name, next]) }]),
    ];
  });
}
