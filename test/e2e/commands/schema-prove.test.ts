/** schema check --prove: the same migrations on a real server, in a database of their own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningPostgres, startPostgres } from '../../support/postgres.ts';
import { createProject, type TestProject } from './project.ts';

const FILES = {
  'base.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n',
  'add.sql': 'ALTER TABLE users ADD COLUMN age int;\n',
  'concurrent.sql': 'CREATE INDEX CONCURRENTLY users_email ON users (email);\n',
  'dynamic.sql': "DO $$ BEGIN EXECUTE 'ALTER TABLE us' || 'ers ALTER id TYPE int'; END $$;\n",
};

let server: RunningPostgres;
let project: TestProject;
beforeAll(async () => {
  server = await startPostgres();
  project = createProject(FILES, { BELAY_SCRATCH_DATABASE_URL: server.url });
});
afterAll(async () => {
  project.dispose();
  await server.stop();
});

const check = (file: string, ...more: readonly string[]) =>
  ['schema', 'check', '--postgres', '--base', 'base.sql', '--migration', file, '--prove', ...more] as const;

async function databases(): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
    return rows.map((row) => row.datname);
  } finally {
    await client.end();
  }
}

test('what the server does is told beside what was said, and the scratch database is gone', async () => {
  const checked = await project.json(0, ...check('add.sql'));
  expect(checked).toMatchObject({ lock: 'ACCESS EXCLUSIVE', proofs: [{ lock: 'ACCESS EXCLUSIVE', failed: null }] });
  const outside = await project.json(0, ...check('concurrent.sql', '--no-transaction'));
  expect(outside).toMatchObject({ hazard: 'safe', proofs: [{ failed: null, lock: 'SHARE UPDATE EXCLUSIVE' }] });
  expect((await databases()).filter((name) => name.startsWith('belay_'))).toEqual([]);
});

test('what cannot be told from the text is seen on the server', async () => {
  const checked = await project.json(3, ...check('dynamic.sql'));
  expect(checked).toMatchObject({ hazard: 'unknown', proofs: [{ lock: 'ACCESS EXCLUSIVE', work: 'rewrite' }] });
});

test('made-up rows show scans, and what fails on data; the rest is seen without them', async () => {
  writeFileSync(
    join(project.path, 'scan.sql'),
    'ALTER TABLE users ADD CONSTRAINT known CHECK (id > 0);\nALTER TABLE users ADD COLUMN a int;\n',
  );
  expect(await project.json(3, ...check('scan.sql'))).toMatchObject({
    proofs: [{ work: 'scan', failed: null, refusedRows: null }],
  });
  writeFileSync(join(project.path, 'null.sql'), 'ALTER TABLE users ALTER COLUMN email SET NOT NULL;\n');
  const refused = await project.belay(...check('null.sql'));
  expect(refused.stdout).toContain('postgres-proof-rows-refused');
  expect(refused.stdout).toMatch(/contains null values/);
  expect(refused.stdout).toContain('as said');
});

test('a base that the server refuses is told, and leaves nothing behind', async () => {
  writeFileSync(join(project.path, 'base.sql'), 'CREATE TABLE users (id nonsense);\n');
  const { code, stderr } = await project.belay(...check('add.sql'));
  expect(code).toBe(2);
  expect(stderr).toContain('nonsense');
  expect((await databases()).filter((name) => name.startsWith('belay_'))).toEqual([]);
});

test('without a server it says what to set', async () => {
  const bare = createProject(FILES);
  try {
    const { code, stderr } = await bare.belay(...check('add.sql'));
    expect(code).toBe(2);
    expect(stderr).toContain('BELAY_SCRATCH_DATABASE_URL');
  } finally {
    bare.dispose();
  }
});
