/** Indexes of two schemas compared. */
import type { LoadedSchema } from './schema.ts';
import type { DatabaseIndexJson, SearchIndexJson, TableJson, VectorIndexJson } from './validator-json.ts';

export type IndexConfig = { readonly name: string; readonly staged?: true } & (
  | { readonly type: 'database'; readonly fields: readonly string[] }
  | { readonly type: 'search'; readonly searchField: string; readonly filterFields: readonly string[] }
  | {
      readonly type: 'vector';
      readonly vectorField: string;
      readonly dimensions: number;
      readonly filterFields: readonly string[];
    }
);

export interface IndexDiff {
  readonly added_indexes: readonly IndexConfig[];
  readonly removed_indexes: readonly IndexConfig[];
  readonly enabled_indexes: readonly IndexConfig[];
  readonly disabled_indexes: readonly IndexConfig[];
}

export const NO_INDEX_DIFF: IndexDiff = {
  added_indexes: [],
  removed_indexes: [],
  enabled_indexes: [],
  disabled_indexes: [],
};

export function indexesOf(schema: LoadedSchema | null): IndexConfig[] {
  return (schema?.json.tables ?? []).flatMap(indexesOfTable);
}

function indexesOfTable(table: TableJson): IndexConfig[] {
  const named = (index: { readonly indexDescriptor: string }) => `${table.tableName}.${index.indexDescriptor}`;
  const database = (index: DatabaseIndexJson) =>
    ({ name: named(index), type: 'database', fields: index.fields }) satisfies IndexConfig;
  const search = ({ searchField, filterFields, ...index }: SearchIndexJson) =>
    ({ name: named(index), type: 'search', searchField, filterFields }) satisfies IndexConfig;
  const vector = ({ vectorField, dimensions, filterFields, ...index }: VectorIndexJson) =>
    ({ name: named(index), type: 'vector', vectorField, dimensions, filterFields }) satisfies IndexConfig;
  const staged = [
    ...(table.stagedDbIndexes ?? []).map(database),
    ...(table.stagedSearchIndexes ?? []).map(search),
    ...(table.stagedVectorIndexes ?? []).map(vector),
  ];
  return [
    ...table.indexes.map(database),
    ...(table.searchIndexes ?? []).map(search),
    ...(table.vectorIndexes ?? []).map(vector),
    ...staged.map((index) => ({ ...index, staged: true as const })),
  ];
}

const shapeOf = ({ staged: _staged, ...shape }: IndexConfig) => JSON.stringify(shape);

/** An index whose fields change is removed and added. */
export function diffIndexes(before: LoadedSchema | null, after: LoadedSchema | null): IndexDiff {
  const old = new Map(indexesOf(before).map((index) => [shapeOf(index), index]));
  const next = new Map(indexesOf(after).map((index) => [shapeOf(index), index]));
  const kept = [...next].filter(([shape]) => old.has(shape));
  const changed = (from: boolean) =>
    kept.filter(([shape, index]) => (old.get(shape)?.staged === true) === from && (index.staged === true) !== from);
  return {
    added_indexes: [...next].filter(([shape]) => !old.has(shape)).map(([, index]) => index),
    removed_indexes: [...old].filter(([shape]) => !next.has(shape)).map(([, index]) => index),
    enabled_indexes: changed(true).map(([, index]) => index),
    disabled_indexes: changed(false).map(([, index]) => index),
  };
}

export const tableOfIndex = (index: IndexConfig): string => index.name.split('.', 1)[0] ?? '';
