/** What a Postgres schema consists of, as text that a dump and its restore leave equal. */
import type { Client } from 'pg';
import { hashOf } from '../core/journal.ts';
import { rowsOf } from './postgres-connection.ts';

/** Own namespaces only; what an extension brings belongs to the extension. */
const own = (catalog: string, alias: string, namespace: string) => `
  n.oid = ${alias}.${namespace} AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = '${catalog}'::regclass AND e.objid = ${alias}.oid AND e.deptype = 'e')`;

export const OWN_RELATION = own('pg_class', 'c', 'relnamespace');

/** Each query gives (kind, name, definition). The search path is empty, so every name comes qualified. */
const QUERIES = [
  `SELECT 'extension' AS kind, extname::text AS name, '' AS definition FROM pg_extension`,
  // An empty "public" is there in every new database.
  `SELECT 'namespace', nspname::text, '' FROM pg_namespace
   WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')`,
  `SELECT 'relation', c.oid::regclass::text, concat_ws(' ', c.relkind, c.relpersistence, c.relrowsecurity,
     c.relforcerowsecurity, c.reloptions::text, pg_get_expr(c.relpartbound, c.oid), pg_get_partkeydef(c.oid),
     (SELECT string_agg(i.inhparent::regclass::text, ',' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid))
   FROM pg_class c, pg_namespace n WHERE ${OWN_RELATION} AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND c.relpersistence <> 't'`,
  `SELECT 'column', c.oid::regclass::text || ' ' ||
     lpad((row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum))::text, 4, '0') || ' ' || a.attname,
     concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
       (SELECT l.collname FROM pg_collation l WHERE l.oid = a.attcollation), pg_get_expr(d.adbin, d.adrelid))
   FROM pg_namespace n, pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
   WHERE ${OWN_RELATION} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND c.relpersistence <> 't'`,
  `SELECT 'constraint', c.oid::regclass::text || ' ' || k.conname, pg_get_constraintdef(k.oid)
   FROM pg_namespace n, pg_class c JOIN pg_constraint k ON k.conrelid = c.oid WHERE ${OWN_RELATION}`,
  `SELECT 'index', i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) || i.indisvalid
   FROM pg_namespace n, pg_class c JOIN pg_index i ON i.indrelid = c.oid WHERE ${OWN_RELATION}`,
  `SELECT 'view', c.oid::regclass::text, pg_get_viewdef(c.oid)
   FROM pg_namespace n, pg_class c WHERE ${OWN_RELATION} AND c.relkind IN ('v', 'm')`,
  `SELECT 'sequence', c.oid::regclass::text, concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle)
   FROM pg_namespace n, pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid WHERE ${OWN_RELATION}`,
  `SELECT 'trigger', c.oid::regclass::text || ' ' || t.tgname, pg_get_triggerdef(t.oid) || t.tgenabled::text
   FROM pg_namespace n, pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid WHERE ${OWN_RELATION} AND NOT t.tgisinternal`,
  `SELECT 'rule', c.oid::regclass::text || ' ' || r.rulename, pg_get_ruledef(r.oid)
   FROM pg_namespace n, pg_class c JOIN pg_rewrite r ON r.ev_class = c.oid WHERE ${OWN_RELATION} AND r.rulename <> '_RETURN'`,
  `SELECT 'policy', c.oid::regclass::text || ' ' || p.polname, concat_ws(' ', p.polcmd, p.polpermissive,
     (SELECT string_agg(g.rolname, ',' ORDER BY g.rolname) FROM pg_roles g WHERE g.oid = ANY (p.polroles)),
     pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
   FROM pg_namespace n, pg_class c JOIN pg_policy p ON p.polrelid = c.oid WHERE ${OWN_RELATION}`,
  `SELECT 'function', p.oid::regprocedure::text, CASE WHEN p.prokind = 'a' THEN '' ELSE pg_get_functiondef(p.oid) END
   FROM pg_namespace n, pg_proc p WHERE ${own('pg_proc', 'p', 'pronamespace')}`,
  `SELECT 'type', t.oid::regtype::text, concat_ws(' ', t.typtype, format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault,
     (SELECT string_agg(quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
     (SELECT string_agg(k.conname || pg_get_constraintdef(k.oid), ',' ORDER BY k.conname) FROM pg_constraint k WHERE k.contypid = t.oid))
   FROM pg_namespace n, pg_type t WHERE ${own('pg_type', 't', 'typnamespace')} AND t.typtype IN ('e', 'd', 'r')`,
];

/**
 * `x IN ('a', 'b')` on a varchar column is written with its casts in another place after a dump and its
 * restore, meaning the same; such lists are compared without casts and parentheses.
 */
export function withoutListCasts(definition: string): string {
  return definition.replaceAll(
    /(ANY|ALL) \(+ARRAY\[(.*?)\](?:\)|::[a-z ]+(?:\[\])?)*/g,
    (_all, word: string, list: string) => {
      const items = list.replaceAll(/::(character varying|text|bpchar)(\[\])?/g, '').replaceAll(/[()]/g, '');
      return `${word} [${items}]`;
    },
  );
}

/** Hash over every definition in the schema. Needs an empty search path; see `inSnapshot`. */
export async function schemaHash(client: Client): Promise<string> {
  const rows = await rowsOf(client, `${QUERIES.join('\nUNION ALL\n')}\nORDER BY 1, 2, 3`);
  return hashOf(rows.map((row) => [row['kind'], row['name'], withoutListCasts(String(row['definition']))]));
}
