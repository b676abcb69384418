/**
 * `belayctl/convex`, for an application's own `convex/` folder: the function that tells which schema the live code was
 * built with. Runs inside Convex: nothing of Node.
 */
import { type GenericSchema, queryGeneric, type RegisteredQuery, type SchemaDefinition } from 'convex/server';
import { versionOfExport } from './schema-version.ts';

/**
 * The version of a schema: the first 16 hexadecimal digits of the SHA-256 of its definition. Same tables, fields and
 * indexes: same version.
 */
export async function versionOf(schema: SchemaDefinition<GenericSchema, boolean>): Promise<string> {
  // Marked internal by the vendor: it is what its own push sends, and its form is watched by a test.
  const exported = (schema as unknown as { export(): string }).export();
  return versionOfExport(exported);
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
