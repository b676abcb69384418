/** What releases need to come back, in a table beside the journal: found from every machine that deploys. */
import type { Connection } from './postgres-connection.ts';
import type { Artefacts } from './store.ts';

export function postgresArtefacts(connection: Connection, schema: string): Artefacts {
  return {
    async put(name, bytes) {
      const text = Buffer.from(bytes).toString('base64');
      await connection.transaction((query) =>
        query(
          `INSERT INTO ${schema}.artefact (name, bytes) VALUES (?, decode(?, 'base64'))
            ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes`,
          [name, text],
        ),
      );
    },
    async get(name) {
      const sql = `SELECT encode(bytes, 'base64') AS text FROM ${schema}.artefact WHERE name = ?`;
      const [row] = await connection.query(sql, [name]);
      return row ? Buffer.from(String(row['text']), 'base64') : null;
    },
    async list(prefix) {
      const sql = `SELECT name FROM ${schema}.artefact WHERE starts_with(name, ?) ORDER BY at, name`;
      return (await connection.query(sql, [prefix])).map((row) => String(row['name']));
    },
    async remove(name) {
      await connection.transaction((query) => query(`DELETE FROM ${schema}.artefact WHERE name = ?`, [name]));
    },
  };
}
