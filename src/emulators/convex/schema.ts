/** A schema that was pushed: its JSON, and what documents say to it. */
import type { GenericSchema, SchemaDefinition } from 'convex/server';
import type { Value } from 'convex/values';
import { mismatch } from './mismatch.ts';
import type { StoredDocument, TableData } from './table-data.ts';
import type { SchemaJson, TableJson, ValidatorJson } from './validator-json.ts';

export interface LoadedSchema {
  readonly json: SchemaJson;
  /** As the bundle exports it; the engine reads its indexes. */
  readonly definition: SchemaDefinition<GenericSchema, boolean>;
}

/** The first document that the schema refuses. */
export interface RefusedDocument {
  readonly table: string;
  readonly error: string;
}

export const tableIn = (schema: LoadedSchema | null, table: string): TableJson | null =>
  schema?.json.tables.find(({ tableName }) => tableName === table) ?? null;

/** What every document of a table must match; null: anything goes. */
export function enforcedOn(schema: LoadedSchema | null, table: string): ValidatorJson | null {
  if (!schema?.json.schemaValidation) return null;
  const type = tableIn(schema, table)?.documentType;
  return !type || type.type === 'any' ? null : type;
}

/** The vendor's words where a write is refused; null: it is fine. System fields are looked over. */
export function refusedWrite(
  schema: LoadedSchema | null,
  table: string,
  document: Readonly<Record<string, Value | undefined>>,
): string | null {
  const type = enforcedOn(schema, table);
  const fault = type && mismatch(type, withoutSystemFields(document));
  return fault
    ? `Failed to insert or update a document in table "${table}" because it does not match the schema: ${fault}`
    : null;
}

/** Looks at every document of every table that the schema speaks of. */
export function refusedDocument(schema: LoadedSchema | null, data: TableData): RefusedDocument | null {
  if (!schema?.json.schemaValidation) return null;
  for (const [table, rows] of data.tables) {
    const type = enforcedOn(schema, table);
    for (const document of type ? rows.values() : []) {
      const fault = type && mismatch(type, withoutSystemFields(document));
      if (!fault) continue;
      const error = `Document with ID "${document._id}" in table "${table}" does not match the schema: ${fault}`;
      return { table, error };
    }
  }
  return null;
}

function withoutSystemFields(document: Readonly<Record<string, Value | undefined>> | StoredDocument): Value {
  const { _id, _creationTime, ...fields } = document;
  return fields as Value;
}
