/** An exported Convex schema, read leniently in what is absent and strictly in what is strange. */
import { isObject, type JsonObject, SchemaFormatError } from './validator.ts';

export type IndexKind = 'db' | 'search' | 'vector';

export interface Index {
  readonly table: string;
  readonly name: string;
  readonly kind: IndexKind;
  /** Built in the background, not queryable. */
  readonly staged: boolean;
  /** The fields in order (db), the searched field, or the field with the vectors. */
  readonly fields: readonly string[];
  /** Sorted: their order says nothing. */
  readonly filterFields: readonly string[];
  readonly dimensions?: number;
}

export interface Table {
  readonly name: string;
  /** Validator JSON. */
  readonly documentType: unknown;
  readonly stagedDocumentType: unknown;
  readonly indexes: readonly Index[];
  /** Keys that this version does not know. */
  readonly strange: readonly string[];
}

export interface Schema {
  readonly tables: ReadonlyMap<string, Table>;
  /** Whether documents are validated at all. */
  readonly enforced: boolean;
  /** Keys that this version does not know. */
  readonly strange: readonly string[];
}

const ANY = { type: 'any' };

/** The key of an index list, the key of what it indexes. */
const LISTS: readonly (readonly [string, IndexKind, boolean])[] = [
  ['indexes', 'db', false],
  ['stagedDbIndexes', 'db', true],
  ['searchIndexes', 'search', false],
  ['stagedSearchIndexes', 'search', true],
  ['vectorIndexes', 'vector', false],
  ['stagedVectorIndexes', 'vector', true],
];

const TABLE_KEYS = new Set(['tableName', 'documentType', 'stagedDocumentType', ...LISTS.map(([key]) => key)]);

/**
 * Reads what `defineSchema(...).export()` gives (parsed); null is a project without a schema.
 * @throws SchemaFormatError
 */
export function readSchema(json: unknown, label: string): Schema {
  if (json === null || json === undefined) return { tables: new Map(), enforced: false, strange: [] };
  if (!isObject(json) || !Array.isArray(json.tables)) {
    throw new SchemaFormatError(
      `${label} is not an exported Convex schema: an object with a list "tables" is expected`,
    );
  }
  const tables = new Map<string, Table>();
  for (const [position, entry] of json.tables.entries()) {
    const table = readTable(entry, `${label}, tables[${position}]`);
    if (tables.has(table.name)) throw new SchemaFormatError(`${label} lists the table ${table.name} twice`);
    tables.set(table.name, table);
  }
  const strange = Object.keys(json).filter((key) => key !== 'tables' && key !== 'schemaValidation');
  return { tables, enforced: json.schemaValidation !== false, strange };
}

function readTable(json: unknown, label: string): Table {
  if (!isObject(json) || typeof json.tableName !== 'string') {
    throw new SchemaFormatError(`${label} is not a table: "tableName" is expected`);
  }
  const name = json.tableName;
  return {
    name,
    documentType: withoutSystemFields(json.documentType ?? ANY),
    stagedDocumentType: withoutSystemFields(json.stagedDocumentType),
    indexes: LISTS.flatMap(([key, kind, staged]) =>
      readIndexes(json[key], `${label}.${key}`).map((index) => toIndex(index, { table: name, kind, staged }, label)),
    ),
    strange: Object.keys(json).filter((key) => !TABLE_KEYS.has(key)),
  };
}

function readIndexes(json: unknown, label: string): readonly JsonObject[] {
  if (json === null || json === undefined) return [];
  if (Array.isArray(json) && json.every(isObject)) return json;
  throw new SchemaFormatError(`${label} is not a list of indexes`);
}

function toIndex(json: JsonObject, facts: Pick<Index, 'table' | 'kind' | 'staged'>, label: string): Index {
  const field = { db: json.fields, search: json.searchField, vector: json.vectorField }[facts.kind];
  const fields = typeof field === 'string' ? [field] : field;
  if (typeof json.indexDescriptor !== 'string' || !isNames(fields)) {
    throw new SchemaFormatError(`${label} has a ${facts.kind} index without a name or fields`);
  }
  return {
    ...facts,
    name: json.indexDescriptor,
    // The backend appends it to each index by itself, and may say so.
    fields: facts.kind === 'db' && fields.at(-1) === '_creationTime' ? fields.slice(0, -1) : fields,
    filterFields: isNames(json.filterFields) ? json.filterFields.toSorted() : [],
    ...(typeof json.dimensions === 'number' ? { dimensions: json.dimensions } : {}),
  };
}

const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');

/** Convex sets `_id` and `_creationTime` itself; a validator that lists them says the same as one that does not. */
function withoutSystemFields(type: unknown): unknown {
  if (!isObject(type)) return type;
  if (type.type === 'union' && Array.isArray(type.value))
    return { ...type, value: type.value.map(withoutSystemFields) };
  if (type.type !== 'object' || !isObject(type.value)) return type;
  if (!('_id' in type.value) && !('_creationTime' in type.value)) return type;
  const { _id, _creationTime, ...value } = type.value;
  return { ...type, value };
}
