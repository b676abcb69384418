/** What belongs to a Postgres database itself and is in no dump of it: owner, locale, settings, grants. */
import type { Client } from 'pg';
import { quoteName, quoteText, rowsOf } from './postgres-connection.ts';

export interface DatabaseShape {
  readonly owner: string;
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  readonly icuLocale: string | null;
  /** `role` is null for a setting of all roles; `value` as the server keeps it. */
  readonly settings: readonly { readonly role: string | null; readonly name: string; readonly value: string }[];
  /** Null while the database has the grants of every new one. `role` null is PUBLIC. */
  readonly grants:
    | readonly { readonly role: string | null; readonly privilege: string; readonly grantable: boolean }[]
    | null;
}

/** Settings whose value is a list of quoted names already. */
const LISTS = new Set(['search_path', 'temp_tablespaces', 'session_preload_libraries', 'local_preload_libraries']);

export async function readShape(client: Client, database: string): Promise<DatabaseShape> {
  const [row] = await rowsOf(
    client,
    // As JSON, because the columns for locales differ by version.
    `SELECT to_jsonb(d) AS facts, pg_get_userbyid(d.datdba) AS owner, pg_encoding_to_char(d.encoding) AS encoding
     FROM pg_database d WHERE d.datname = $1`,
    [database],
  );
  const facts = row?.['facts'] as Readonly<Record<string, string | null>> | undefined;
  const settings = await rowsOf(
    client,
    `SELECT r.rolname AS role, split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value
     FROM pg_database d JOIN pg_db_role_setting s ON s.setdatabase = d.oid CROSS JOIN unnest(s.setconfig) AS c
       LEFT JOIN pg_roles r ON r.oid = s.setrole WHERE d.datname = $1 ORDER BY 1, 2`,
    [database],
  );
  const grants = await rowsOf(
    client,
    `SELECT r.rolname AS role, a.privilege_type AS privilege, a.is_grantable AS grantable
     FROM pg_database d CROSS JOIN aclexplode(d.datacl) AS a LEFT JOIN pg_roles r ON r.oid = a.grantee
     WHERE d.datname = $1 ORDER BY 1, 2`,
    [database],
  );
  return {
    owner: String(row?.['owner']),
    encoding: String(row?.['encoding']),
    collate: facts?.['datcollate'] ?? 'C',
    ctype: facts?.['datctype'] ?? 'C',
    icuLocale: facts?.['datlocprovider'] === 'i' ? (facts['datlocale'] ?? facts['daticulocale'] ?? null) : null,
    settings: settings as unknown as DatabaseShape['settings'],
    grants: facts?.['datacl'] == null ? null : (grants as unknown as DatabaseShape['grants']),
  };
}

/** The options of `CREATE DATABASE … TEMPLATE template0` for an empty database of this shape. */
export function creationOptions({ owner, encoding, collate, ctype, icuLocale }: DatabaseShape): string {
  const icu = icuLocale === null ? '' : ` LOCALE_PROVIDER icu ICU_LOCALE ${quoteText(icuLocale)}`;
  return `OWNER ${quoteName(owner)} ENCODING ${quoteText(encoding)} LC_COLLATE ${quoteText(collate)} LC_CTYPE ${quoteText(ctype)}${icu}`;
}

/** Gives a new database the settings and grants of the shape. */
export async function applyShape(client: Client, database: string, shape: DatabaseShape): Promise<void> {
  const name = quoteName(database);
  for (const { role, name: setting, value } of shape.settings) {
    const whose = role === null ? `DATABASE ${name}` : `ROLE ${quoteName(role)} IN DATABASE ${name}`;
    const list = LISTS.has(setting) && value !== '';
    await client.query(
      `ALTER ${whose} SET ${setting.split('.').map(quoteName).join('.')} TO ${list ? value : quoteText(value)}`,
    );
  }
  if (shape.grants === null) return;
  await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  for (const { role, privilege, grantable } of shape.grants) {
    const to = role === null ? 'PUBLIC' : quoteName(role);
    await client.query(`GRANT ${privilege} ON DATABASE ${name} TO ${to}${grantable ? ' WITH GRANT OPTION' : ''}`);
  }
}
