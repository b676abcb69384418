/** The documents beside the journal, in a table. */
import { randomUUID } from 'node:crypto';
import type { Connection } from './postgres-connection.ts';
import { toDocument } from './rows.ts';
import type { Documents } from './store.ts';

export function postgresDocuments(connection: Connection, schema: string): Documents {
  const table = `${schema}.document`;
  const columns = `SELECT name, value, version FROM ${table}`;
  return {
    async read(name) {
      const [row] = await connection.query(`${columns} WHERE name = ?`, [name]);
      return row ? toDocument(row) : null;
    },
    async list(prefix) {
      return (await connection.query(`${columns} WHERE starts_with(name, ?) ORDER BY name`, [prefix])).map(toDocument);
    },
    async write(name, value, expected) {
      // A transaction whose answer was lost runs again: by this it knows its own write from somebody else's.
      const write = randomUUID();
      const text = JSON.stringify(value);
      return connection.transaction(async (query) => {
        if (expected === null) {
          const sql = `INSERT INTO ${table} (name, value, version, write) VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING`;
          await query(sql, [name, text, write]);
        } else {
          const sql = `UPDATE ${table} SET value = ?, version = version + 1, write = ? WHERE name = ? AND version = ?`;
          await query(sql, [text, write, name, expected]);
        }
        return (await query(`SELECT 1 AS mine FROM ${table} WHERE name = ? AND write = ?`, [name, write])).length === 1;
      });
    },
    async remove(name) {
      await connection.transaction((query) => query(`DELETE FROM ${table} WHERE name = ?`, [name]));
    },
  };
}
