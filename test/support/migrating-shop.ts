/** A shop that keeps orders, in SQLite or in files, and whose next version migrates them when it starts. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../src/util/sqlite.ts';
import { createShop, type Shop } from './shop.ts';

export type DataKind = 'sqlite' | 'directory';

/** `fails`: half-way; `slow`: 300 ms for each of ten parts, all in one transaction; `well`: at once. */
export type Migration = 'none' | 'well' | 'slow' | 'fails';

const ORDERS = 4_000;
const PARTS = 10;

const OPEN = `import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
const { DATA, KIND, LIBSQL, PORT } = process.env;
const sqlite = process.getBuiltinModule?.('node:sqlite');
const open = (path) => sqlite ? new sqlite.DatabaseSync(path) : new (createRequire(import.meta.url)(LIBSQL))(path);
const db = KIND === 'sqlite' ? open(join(DATA, 'shop.db')) : null;
const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const order = (item) => db ? db.exec(\`INSERT INTO orders (item) VALUES ('\${item}')\`) : writeFileSync(join(DATA, item), item);
`;

/** A tiny cache makes SQLite write pages of an open transaction to the file: killed there, it leaves a hot journal. */
const MIGRATIONS: Readonly<Record<Migration, string>> = {
  none: '',
  well: `if (db) db.exec('ALTER TABLE orders ADD COLUMN size INTEGER'); else writeFileSync(join(DATA, 'format'), '2');`,
  fails: `if (db) db.exec("ALTER TABLE orders ADD COLUMN size INTEGER; UPDATE orders SET size = 1 WHERE id % 2 = 0");
else for (const name of readdirSync(DATA).slice(0, 5)) writeFileSync(join(DATA, name), 'migrated');
console.error('order 4711 has no size'); process.exit(5);`,
  slow: `if (db) db.exec('PRAGMA cache_size = 1; ALTER TABLE orders ADD COLUMN size INTEGER; BEGIN');
for (let part = 0; part < ${PARTS}; part++) {
  if (db) db.exec(\`UPDATE orders SET item = hex(randomblob(100)) WHERE id % ${PARTS} = \${part}\`);
  else for (const name of readdirSync(DATA).filter((_, at) => at % ${PARTS} === part)) writeFileSync(join(DATA, name), 'migrated ' + part);
  wait(300);
}
if (db) db.exec('COMMIT');`,
};

export function migratingSource(version: string, migration: Migration): string {
  return `${OPEN}console.log('${version} starts');
${MIGRATIONS[migration]}
createServer((request, response) => {
  if (request.method === 'POST') order('item-' + Date.now());
  response.writeHead(200, { 'x-version': '${version}' }).end('${version}');
}).listen(Number(PORT), '127.0.0.1');
`;
}

export interface MigratingShop extends Shop {
  readonly data: string;
  /** A hash of every byte of the data, by file. */
  bytes(): Record<string, string>;
  migrate(version: string, migration: Migration): string;
  order(): Promise<void>;
}

function fillData(kind: DataKind, data: string): void {
  const file = openSqlite(join(data, kind === 'sqlite' ? 'shop.db' : 'orders.db'));
  file.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT)');
  file.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ORDERS})
    INSERT INTO orders (item) SELECT hex(randomblob(100)) FROM n`);
  file.close();
}

export interface MigratingOptions {
  readonly strategy?: 'recreate' | 'all-at-once';
  readonly kind?: DataKind;
}

export async function createMigratingShop({
  strategy = 'recreate',
  kind = 'sqlite',
}: MigratingOptions = {}): Promise<MigratingShop> {
  const data = mkdtempSync(join(tmpdir(), 'belay-data-'));
  mkdirSync(join(data, 'live'));
  const live = join(data, 'live');
  fillData(kind, live);
  const protects =
    kind === 'sqlite' ? `{ type: sqlite, files: [${live}/shop.db] }` : `{ type: directory, path: ${live} }`;
  const libsql = join(import.meta.dirname, '../../node_modules/libsql');
  const shop = await createShop({
    environment: [`strategy: ${strategy}`, 'bake: { time: 0s, triggers: [] }'],
    target: [`env: { DATA: ${live}, KIND: ${kind}, LIBSQL: ${libsql} }`, `data: ${protects}`, 'hold: 60s'],
    files: { 'server.mjs': migratingSource('one', 'none') },
  });
  return {
    ...shop,
    data: live,
    bytes: () =>
      Object.fromEntries(
        readdirSync(live)
          .sort()
          .map((name) => [
            name,
            createHash('sha256')
              .update(readFileSync(join(live, name)))
              .digest('hex'),
          ]),
      ),
    migrate: (version, migration) =>
      shop.commit(`version ${version}`, { 'server.mjs': migratingSource(version, migration) }),
    async order() {
      const response = await fetch(`http://127.0.0.1:${shop.port}/`, { method: 'POST' });
      if (!response.ok) throw new Error(`an order was answered with ${response.status}`);
    },
    async dispose() {
      await shop.dispose();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
