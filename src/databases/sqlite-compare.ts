/** Counts the rows by which two SQLite databases differ. */
import type { SqliteFile } from '../util/sqlite.ts';

interface Table {
  readonly columns: readonly string[];
  /** What tells one row from another: the primary key, else the row id. */
  readonly key: readonly string[];
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Tables that hold rows of their own; virtual tables keep theirs in shadow tables, which are in the list. */
function tablesOf(database: SqliteFile, schema: string): Map<string, Table> {
  const listed = database.all(
    `SELECT name, sql FROM ${schema}.sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'`,
  );
  return new Map(
    listed.map(({ name, sql }) => {
      const columns = database.all(`PRAGMA ${schema}.table_info(${quoted(String(name))})`);
      const names = columns.map((column) => String(column['name']));
      const primary = columns.filter((column) => Number(column['pk']) > 0).map((column) => String(column['name']));
      const withoutRowId = /\bWITHOUT\s+ROWID\b/i.test(String(sql).slice(String(sql).lastIndexOf(')')));
      const free = ['rowid', '_rowid_', 'oid'].find((alias) => !names.some((one) => one.toLowerCase() === alias));
      return [String(name), { columns: names, key: withoutRowId || free === undefined ? primary : [free] }];
    }),
  );
}

const count = (database: SqliteFile, sql: string) =>
  Number(database.all(`SELECT count(*) AS n FROM (${sql})`)[0]?.['n']);

/** `quote()` keeps types and ignores collations, which EXCEPT alone would go by. */
const select = (columns: readonly string[], schema: string, table: string) =>
  `SELECT ${columns.map((column) => `quote(${quoted(column)})`).join(', ')} FROM ${schema}.${quoted(table)}`;

function differing(database: SqliteFile, name: string, now: Table, then: Table): number {
  const shared = now.columns.filter((column) => then.columns.includes(column));
  const key = now.key.join() === then.key.join() ? now.key : shared;
  const all = [...new Set([...key, ...shared])];
  const except = (columns: readonly string[], a: string, b: string) =>
    count(database, `${select(columns, a, name)} EXCEPT ${select(columns, b, name)}`);
  // Inserted or changed, and then removed: a changed row counts once.
  return except(all, 'main', 'then_') + except(key, 'then_', 'main');
}

/**
 * Rows inserted, changed or removed between `path` and the opened database. A table that only one of
 * them has counts with all its rows; where the columns differ, those that both have are compared.
 */
export function rowsThatDiffer(database: SqliteFile, path: string): number {
  database.all('ATTACH ? AS then_', path);
  const now = tablesOf(database, 'main');
  const then = tablesOf(database, 'then_');
  let rows = 0;
  for (const name of new Set([...now.keys(), ...then.keys()])) {
    const [here, there] = [now.get(name), then.get(name)];
    if (here && there) rows += differing(database, name, here, there);
    else rows += count(database, `SELECT 1 FROM ${here ? 'main' : 'then_'}.${quoted(name)}`);
  }
  return rows;
}
