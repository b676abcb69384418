/** The version of a Convex schema. Runs inside Convex and outside of it: nothing of Node. */

/** JSON with sorted keys, so that the order in which a schema was written does not matter. */
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
 * The first 16 hexadecimal digits of the SHA-256 of a schema's definition. Same tables, fields and indexes: same version.
 * @param exported what `schema.export()` says: its JSON
 */
export async function versionOfExport(exported: string): Promise<string> {
  const { tables, ...rest } = JSON.parse(exported) as { readonly tables: readonly { readonly tableName: string }[] };
  const sorted = [...tables].sort((a, b) => (a.tableName < b.tableName ? -1 : 1));
  const bytes = new TextEncoder().encode(JSON.stringify(ordered({ ...rest, tables: sorted })));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
