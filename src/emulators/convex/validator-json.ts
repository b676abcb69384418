/** Validators and schemas as Convex writes them in JSON. */
import type { JSONValue } from 'convex/values';

export interface FieldJson {
  readonly fieldType: ValidatorJson;
  readonly optional: boolean;
}

export type ValidatorJson =
  | { readonly type: 'null' | 'number' | 'bigint' | 'commitTs' | 'boolean' | 'string' | 'bytes' | 'any' }
  | { readonly type: 'literal'; readonly value: JSONValue }
  | { readonly type: 'id'; readonly tableName: string }
  | { readonly type: 'array'; readonly value: ValidatorJson }
  | { readonly type: 'record'; readonly keys: ValidatorJson; readonly values: FieldJson }
  | { readonly type: 'object'; readonly value: Readonly<Record<string, FieldJson>> }
  | { readonly type: 'union'; readonly value: readonly ValidatorJson[] };

export interface DatabaseIndexJson {
  readonly indexDescriptor: string;
  readonly fields: readonly string[];
}

export interface SearchIndexJson {
  readonly indexDescriptor: string;
  readonly searchField: string;
  readonly filterFields: readonly string[];
}

export interface VectorIndexJson {
  readonly indexDescriptor: string;
  readonly vectorField: string;
  readonly dimensions: number;
  readonly filterFields: readonly string[];
}

export interface TableJson {
  readonly tableName: string;
  readonly indexes: readonly DatabaseIndexJson[];
  readonly stagedDbIndexes?: readonly DatabaseIndexJson[];
  readonly searchIndexes?: readonly SearchIndexJson[];
  readonly stagedSearchIndexes?: readonly SearchIndexJson[];
  readonly vectorIndexes?: readonly VectorIndexJson[];
  readonly stagedVectorIndexes?: readonly VectorIndexJson[];
  readonly documentType: ValidatorJson;
}

export interface SchemaJson {
  readonly tables: readonly TableJson[];
  readonly schemaValidation: boolean;
}
