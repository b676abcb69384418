/** The documents beside the journal, in the SQLite file. */
import { type SqliteDriver, transaction } from './driver.ts';
import { toDocument } from './rows.ts';
import type { Documents } from './store.ts';

/** @param guarded turns what SQLite throws into a problem */
export function sqliteDocuments(driver: SqliteDriver, guarded: <T>(body: () => T) => Promise<T>): Documents {
  const change = (body: () => number) => guarded(() => transaction(driver, body));
  return {
    read: (name) =>
      guarded(() => {
        const row = driver.get('SELECT name, value, version FROM document WHERE name = ?', name);
        return row ? toDocument(row) : null;
      }),
    list: (prefix) =>
      guarded(() =>
        driver
          .all(
            'SELECT name, value, version FROM document WHERE substr(name, 1, ?) = ? ORDER BY name',
            prefix.length,
            prefix,
          )
          .map(toDocument),
      ),
    async write(name, value, expected) {
      const text = JSON.stringify(value);
      const changed = await change(() =>
        expected === null
          ? driver.run(
              'INSERT INTO document (name, value, version) VALUES (?, ?, 1) ON CONFLICT DO NOTHING',
              name,
              text,
            )
          : driver.run(
              'UPDATE document SET value = ?, version = version + 1 WHERE name = ? AND version = ?',
              text,
              name,
              expected,
            ),
      );
      return changed === 1;
    },
    async remove(name) {
      await change(() => driver.run('DELETE FROM document WHERE name = ?', name));
    },
  };
}
