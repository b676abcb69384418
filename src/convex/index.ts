/**
 * `belayctl/convex`, for an application's own `convex/` folder: the function that tells which schema the live code was
 * built with. Runs inside Convex: nothing of Node.
 */
import { type GenericSchema, queryGeneric, type RegisteredQuery, type SchemaDefinition } from 'convex/server';

/** The JSON of a schema with sorted keys, so that the order in which it was written does not matter. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, inner]) => [key, ordered(inner)]),
  );
}

/**
 * The version of a schema: the first 16 hexadecimal digits of the SHA-256 of its definition. Same tables, fields and
 * indexes: same version.
 */
export async function versionOf(schema: SchemaDefinition<GenericSchema, boolean>): Promise<string> {
  // Marked internal by the vendor: it is what its own push sends, and its form is watched by a test.
  const exported = (schema as unknown as { export(): string }).export();
  const { tables, ...rest } = JSON.parse(exported) as { readonly tables: readonly { readonly tableName: string }[] };
  const sorted = [...tables].sort((a, b) => (a.tableName < b.tableName ? -1 : 1));
  const bytes = new TextEncoder().encode(JSON.stringify(ordered({ ...rest, tables: sorted })));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * A query that answers with the version of the schema that the live code was built with.
 * @example
 * // convex/system.ts
 * import { schemaVersion } from 'belayctl/convex';
 * import schema from './schema';
 * export const getSchemaVersion = schemaVersion(schema);
 */
export function schemaVersion(
  schema: SchemaDefinition<GenericSchema, boolean>,
): RegisteredQuery<'public', Record<string, never>, Promise<string>> {
  return queryGeneric({ args: {}, handler: () => versionOf(schema) });
}
