/** schema check on the migration folders of each tool: what is applied is not judged again, what is new is, on its own lines. */
import { afterEach, expect, test } from 'vitest';
import { createProject, type TestProject } from './project.ts';

let project: TestProject;
afterEach(() => project.dispose());

interface Checked {
  readonly postgres: readonly {
    readonly folder: string;
    readonly tool: string;
    readonly baseUnderstood: boolean;
    readonly migrations: readonly { readonly name: string; readonly findings: readonly { readonly line: number }[] }[];
    readonly history: { readonly odd: readonly { readonly rule: string }[] };
  }[];
}

type Files = Readonly<Record<string, string>>;

const BASE = 'CREATE TABLE users (id bigint PRIMARY KEY, email text, age int);\n';
const NEW = '\nALTER TABLE users DROP COLUMN email;\n';

const journal = (...tags: readonly string[]): string =>
  JSON.stringify({ version: '7', dialect: 'postgresql', entries: tags.map((tag, idx) => ({ idx, tag })) });

const rails = (body: string): string =>
  `class Change < ActiveRecord::Migration[8.0]\n  def change\n${body}\n  end\nend\n`;

const knex = (sql: string): string =>
  `exports.up = async function (knex) {\n  await knex.raw(\`${sql}\`);\n};\nexports.down = async (knex) => {\n  await knex.raw('DROP TABLE users');\n};\n`;

const pgm = (sql: string): string =>
  `export const up = (pgm) => {\n  pgm.sql(\`${sql}\`);\n};\nexport const down = (pgm) => pgm.sql('DROP TABLE users');\n`;

/** Tool, folder, what is applied, what is new, and the line of the statement that drops the column. */
const KINDS: readonly (readonly [tool: string, folder: string, applied: Files, fresh: Files, line: number])[] = [
  [
    'prisma',
    'prisma/migrations',
    { 'migration_lock.toml': 'provider = "postgresql"\n', '20260101000000_init/migration.sql': BASE },
    { '20260102000000_drop/migration.sql': NEW },
    2,
  ],
  [
    'drizzle',
    'drizzle',
    { '0000_init.sql': BASE, 'meta/_journal.json': journal('0000_init') },
    { '0001_drop.sql': NEW, 'meta/_journal.json': journal('0000_init', '0001_drop') },
    2,
  ],
  [
    'rails',
    'db/migrate',
    { '20260101000000_users.rb': rails('    create_table :users do |t|\n      t.text :email\n    end') },
    { '20260102000000_drop.rb': rails('    remove_column :users, :email, :text') },
    3,
  ],
  [
    'rails',
    'db/migrate',
    { '20260101000000_users.rb': rails('    magic :users'), '../structure.sql': `${BASE}SELECT '20260101000000';\n` },
    { '20260102000000_drop.rb': rails('    execute <<~SQL\n      ALTER TABLE users DROP COLUMN email\n    SQL') },
    4,
  ],
  ['flyway', 'src/main/resources/db/migration', { 'V1__users.sql': BASE }, { 'V1_1__drop.sql': NEW }, 2],
  [
    'knex',
    'migrations',
    { '20260101000000_users.js': knex(BASE) },
    { '20260102000000_drop.js': knex('ALTER TABLE users DROP COLUMN email') },
    2,
  ],
  [
    'node-pg-migrate',
    'migrations',
    { '1700000000000_users.mjs': pgm(BASE) },
    { '1700000000001_drop.mjs': pgm('ALTER TABLE users DROP COLUMN email') },
    2,
  ],
  [
    'node-pg-migrate',
    'migrations',
    { '1700000000000_users.sql': `-- Up Migration\n${BASE}-- Down Migration\nDROP TABLE users;\n` },
    { '1700000000001_drop.sql': `-- Up Migration${NEW}-- Down Migration\nDROP TABLE users;\n` },
    2,
  ],
  [
    'plain',
    'db/migrations',
    { '001_users.up.sql': BASE, '001_users.down.sql': 'DROP TABLE users;' },
    { '002_drop.up.sql': NEW },
    2,
  ],
];

const within = (folder: string, files: Files): Files =>
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => [`${folder}/${name}`.replace(/[^/]+\/\.\.\//, ''), text]),
  );

test.each(KINDS)('%s in %s', async (tool, folder, applied, fresh, line) => {
  project = createProject(within(folder, applied));
  project.commit(within(folder, fresh));
  const checked = await project.json<Checked>(3, 'schema', 'check');
  expect(checked.postgres).toMatchObject([
    {
      folder,
      tool,
      baseUnderstood: true,
      migrations: [{ hazard: 'brief-lock', oldCode: 'breaks', destroysData: true }],
      history: { odd: [], edited: [], removed: [], outOfOrder: [] },
    },
  ]);
  expect(checked.postgres[0]?.migrations[0]?.findings.map((one) => one.line)).toContain(line);
});

test('a gap, a number that is there twice, and a file that never runs are told', async () => {
  project = createProject({
    'db/migrations/001_users.sql': BASE,
    'drizzle/0000_a.sql': 'CREATE TABLE a (id int);\n',
    'drizzle/meta/_journal.json': journal('0000_a'),
  });
  project.commit({
    'db/migrations/002_a.sql': 'SELECT 1;\n',
    'db/migrations/002_b.sql': 'SELECT 1;\n',
    'db/migrations/005_c.sql': 'SELECT 1;\n',
    'drizzle/0001_b.sql': 'DROP TABLE a;\n',
  });
  const { stdout } = await project.belay('schema', 'check');
  for (const told of ['number-missing', 'number-twice', 'not-listed']) expect(stdout).toContain(told);
  expect(stdout).not.toContain('table-gone');
});
