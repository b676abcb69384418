/** schema diff, check and show on files: verdicts, exit codes, formats, and input that nobody would write on purpose. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createProject, type TestProject, widest } from './project.ts';

const table = (name: string, value: Readonly<Record<string, unknown>>) => ({
  tableName: name,
  indexes: [],
  searchIndexes: [],
  vectorIndexes: [],
  documentType: { type: 'object', value },
});
const field = (type: string, optional = false) => ({ fieldType: { type }, optional });
const convex = (...tables: readonly unknown[]) => JSON.stringify({ tables, schemaValidation: true });
const USERS = 'type Query { user(id: ID!): User }\n\ntype User {\n  id: ID!\n  name: String\n}\n';
const BASE = `CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
CREATE TABLE "Order Items" (id bigint PRIMARY KEY, "user" bigint);
`;
const api = (required: string) =>
  `openapi: 3.1.0
info: { title: shop, version: '1' }
paths:
  /orders:
    post:
      requestBody:
        content:
          application/json:
            schema: { type: object, properties: { sku: { type: string } }, required: [${required}] }
      responses: { '201': { description: made } }
`;

const FILES: Readonly<Record<string, string>> = {
  'old.json': convex(table('users', { email: field('string') })),
  'optional.json': convex(table('users', { email: field('string'), age: field('number', true) })),
  'required.json': convex(table('users', { email: field('string'), name: field('string') })),
  'strange.json': convex(table('users', { email: field('holograph') })),
  'old.graphql': USERS,
  'new.graphql': USERS.replace('  name: String\n', ''),
  'old.yaml': api(''),
  'new.yaml': api('sku'),
  'base.sql': BASE,
  'safe.sql': 'ALTER TABLE users ADD COLUMN age int;\n',
  'long.sql': '-- why\n\nCREATE INDEX users_email ON users (email);\n',
  'concurrent.sql': 'CREATE INDEX CONCURRENTLY users_email ON users (email);\n',
};

let project: TestProject;
beforeAll(() => {
  project = createProject(FILES);
});
afterAll(() => project.dispose());

const check = (file: string, ...more: readonly string[]) =>
  ['schema', 'check', '--postgres', '--base', 'base.sql', '--migration', file, ...more] as const;
const write = (name: string, content: string | Uint8Array) => writeFileSync(join(project.path, name), content);

test('Convex: an optional field can be pushed, and goes back with the old code only', async () => {
  const diff = await project.json<{ tables: Record<string, unknown> }>(
    0,
    'schema',
    'diff',
    '--convex',
    'old.json',
    'optional.json',
  );
  expect(diff.tables.users).toMatchObject({
    newSchemaAcceptsOldData: true,
    oldSchemaAcceptsNewData: false,
    oldCodeReadsNewData: true,
    newCodeReadsOldData: true,
    push: 'always',
    rollback: 'code-only',
  });
});

test('Convex: a required field is told with the change, a document, and three releases in the own names', async () => {
  const { code, stdout } = await project.belay('schema', 'diff', 'old.json', 'required.json');
  expect(code).toBe(0);
  expect(stdout).toContain('+ name: v.string()');
  expect(stdout).toMatch(/▲ in the way · users\.name/);
  expect(stdout).toContain('for example {"email":');
  expect(stdout).toMatch(/1\. name: v\.optional\(v\.string\(\)\)[^]*2\. [^]*3\. name: v\.string\(\)/);
  // A command is copied whole; everything else fits.
  const lines = stdout.split('\n').filter((line) => !line.trim().startsWith('npx '));
  expect(widest(lines.join('\n'))).toBeLessThanOrEqual(80);
  expect((await project.belay('schema', 'diff', 'old.json', 'required.json', '--fail-on', 'breaking')).code).toBe(3);
});

test('GraphQL: both directions, and nothing else on standard output', async () => {
  const diff = await project.json(0, 'schema', 'diff', '--graphql', 'old.graphql', 'new.graphql');
  const removed = { type: 'FIELD_REMOVED', description: 'User.name was removed.', path: 'User.name' };
  expect(diff).toEqual({
    forward: { breaking: [removed], dangerous: [] },
    backward: { breaking: [], dangerous: [] },
    oldClients: 'break',
    rollback: 'safe',
  });
});

test('OpenAPI: a property that becomes required breaks old clients', async () => {
  const diff = await project.json<{ oldClients: string }>(0, 'schema', 'diff', '--openapi', 'old.yaml', 'new.yaml');
  expect(diff.oldClients).toBe('break');
  const { stdout } = await project.belay('schema', 'diff', 'old.yaml', 'new.yaml');
  expect(stdout).toMatch(/POST \/orders · request body · sku\n +new\.yaml:5/);
});

test('Postgres: one verdict at the top, 3 when it stands in the way', async () => {
  const safe = await project.json(0, ...check('safe.sql'));
  expect(safe).toMatchObject({ hazard: 'brief-lock', lock: 'ACCESS EXCLUSIVE', work: 'instant', oldCode: 'works' });
  const long = await project.json(3, ...check('long.sql'));
  expect(long).toMatchObject({
    hazard: 'long-lock',
    work: 'index-build',
    destroysData: false,
    findings: [{ statement: 1, line: 3 }],
  });
  expect(await project.json(3, ...check('concurrent.sql'))).toMatchObject({ hazard: 'fails' });
  expect(await project.json(0, ...check('concurrent.sql', '--no-transaction'))).toMatchObject({ hazard: 'safe' });
});

test('the statement is shown with its line, its reason and the safe way', async () => {
  const { stdout } = await project.belay(...check('long.sql'));
  expect(stdout).toMatch(/long\.sql:3 · postgres-\S+\n +CREATE INDEX users_email ON users \(email\);\n/);
  expect(stdout).toContain('instead: CREATE INDEX CONCURRENTLY');
  expect(stdout).toContain('next');
  expect(stdout).not.toContain('\u001B[');
  expect(widest(stdout)).toBeLessThanOrEqual(80);
});

test('--fail-on decides what stops a pipeline', async () => {
  expect((await project.belay(...check('long.sql', '--fail-on', 'never'))).code).toBe(0);
  write('dynamic.sql', "DO $$ BEGIN EXECUTE 'ALTER TABLE ' || 'users' || ' ADD x int'; END $$;\n");
  expect(await project.json(3, ...check('dynamic.sql'))).toMatchObject({ hazard: 'unknown', oldCode: 'unknown' });
  expect((await project.belay(...check('dynamic.sql', '--fail-on', 'breaking'))).code).toBe(0);
});

const Sarif = z.object({
  version: z.literal('2.1.0'),
  $schema: z.url(),
  runs: z.tuple([
    z.object({
      tool: z.object({ driver: z.object({ name: z.literal('belay'), rules: z.array(z.object({ id: z.string() })) }) }),
      results: z.array(
        z.object({
          ruleId: z.string(),
          ruleIndex: z.int().min(0),
          level: z.enum(['error', 'warning', 'note']),
          message: z.object({ text: z.string().min(1) }),
          locations: z.tuple([
            z.object({
              physicalLocation: z.object({
                artifactLocation: z.object({ uri: z.string(), uriBaseId: z.string() }),
                region: z.object({ startLine: z.int().min(1) }),
              }),
            }),
          ]),
          partialFingerprints: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ]),
});

test('SARIF 2.1.0 on standard output or in a file, each result with its rule and line', async () => {
  const { code, stdout } = await project.belay(...check('long.sql', '--format', 'sarif', '--sarif', 'out.sarif'));
  expect(code).toBe(3);
  expect(readFileSync(join(project.path, 'out.sarif'), 'utf8')).toBe(stdout);
  const [run] = Sarif.parse(JSON.parse(stdout)).runs;
  const [result] = run.results;
  expect(result?.level).toBe('error');
  expect(result?.locations[0].physicalLocation).toMatchObject({
    artifactLocation: { uri: 'long.sql' },
    region: { startLine: 3 },
  });
  expect(run.tool.driver.rules[result?.ruleIndex ?? -1]?.id).toBe(result?.ruleId);
});

test('annotations of GitHub, on one line each, whatever is in them', async () => {
  write('a,b.sql', 'CREATE INDEX "100%\n" ON users (email);\n');
  const { stdout } = await project.belay(...check('a,b.sql', '--format', 'github'));
  for (const line of stdout.trim().split('\n'))
    expect(line).toMatch(/^::(error|warning|notice) file=a%2Cb\.sql,line=1,/);
});

/** Name, file, its content, a part of the message. */
const UNREADABLE: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['a missing file', ['schema', 'diff', 'old.json', 'missing.json'], /missing\.json cannot be read[^]*no such file/],
  ['a missing base', ['schema', 'check', '--postgres', '--base', 'none.sql', '--migration', 'safe.sql'], /none\.sql/],
  ['a directory', ['schema', 'diff', '--convex', 'old.json', 'folder'], /folder[^]*directory/],
  ['broken JSON', ['schema', 'diff', '--convex', 'old.json', 'broken.json'], /broken\.json[^]*JSON/],
  ['broken YAML', ['schema', 'diff', '--openapi', 'old.yaml', 'broken.yaml'], /broken\.yaml[^]*line 3/],
  ['broken GraphQL', ['schema', 'diff', 'old.graphql', 'broken.graphql'], /broken\.graphql[^]*line 1/],
  ['GraphQL as Convex', ['schema', 'diff', '--convex', 'old.json', 'old.graphql'], /old\.graphql/],
  ['a Convex schema of another shape', ['schema', 'diff', '--convex', 'old.json', 'list.json'], /list\.json[^]*tables/],
  ['OpenAPI 2', ['schema', 'diff', '--openapi', 'old.yaml', 'swagger.json'], /swagger\.json[^]*Swagger 2\.0/],
  ['two kinds', ['schema', 'diff', 'old.json', 'old.graphql'], /different kinds/],
  ['two flags', ['schema', 'diff', '--convex', '--graphql', 'old.json', 'new.json'], /--convex and --graphql/],
  ['two dumps', ['schema', 'diff', 'base.sql', 'safe.sql'], /schema check --postgres/],
  ['no UTF-8', ['schema', 'diff', '--convex', 'old.json', 'latin.json'], /latin\.json[^]*UTF-8/],
  ['an unknown revision', ['schema', 'diff', 'HEAD', 'HAED'], /HAED[^]*did you mean HEAD/],
  ['no migration', ['schema', 'check', '--postgres', '--base', 'base.sql'], /--migration/],
  ['revisions with files', [...check('safe.sql', '--from', 'HEAD')], /--from/],
  ['a base without --postgres', ['schema', 'check', '--base', 'base.sql'], /--postgres/],
  ['an unknown flag', ['schema', 'check', '--postgre'], /--postgre/],
  ['an unknown subcommand', ['schema', 'dif'], /diff/],
  ['a SARIF file that cannot be written', [...check('safe.sql', '--sarif', 'no/where.sarif')], /no\/where\.sarif/],
];

test.each(UNREADABLE)('%s ends with 2 and says what to do', async (_name, args, message) => {
  mkdirSync(join(project.path, 'folder'), { recursive: true });
  write('broken.json', '{"tables": [');
  write('broken.yaml', 'openapi: 3.1.0\npaths: [\n');
  write('broken.graphql', 'type Query { user(: Int }');
  write('list.json', '[]');
  write('swagger.json', '{"swagger":"2.0"}');
  write('latin.json', Buffer.from('{"tables":[],"name":"caf\u00E9"}', 'latin1'));
  const ran = await project.belay(...args);
  expect(ran.code, ran.stderr).toBe(2);
  expect(ran.stdout).toBe('');
  expect(ran.stderr).toMatch(message);
});

/** Name, migration, what the verdict must be. */
const ODD: readonly (readonly [string, string, Readonly<Record<string, unknown>>])[] = [
  ['nothing at all', '', { hazard: 'safe', oldCode: 'works', findings: [] }],
  ['comments only', '-- nothing\n/* to do */\n', { hazard: 'safe', oldCode: 'works', findings: [] }],
  ['a syntax error', 'ALTER TABEL users ADD x int;', { hazard: 'unknown' }],
  ['psql variables', 'ALTER TABLE :tbl ADD COLUMN x int;', { hazard: 'unknown' }],
  ['a byte order mark', '\uFEFFALTER TABLE users ADD COLUMN x int;', { hazard: 'brief-lock' }],
  ['CRLF', 'ALTER TABLE users\r\n  ADD COLUMN x int;\r\n', { hazard: 'brief-lock' }],
  ['a base that does not match', 'ALTER TABLE orders ADD COLUMN x int;', { hazard: 'fails' }],
  [
    'views in a circle',
    'CREATE VIEW a AS SELECT 1 AS x; CREATE VIEW b AS SELECT * FROM a; CREATE OR REPLACE VIEW a AS SELECT * FROM b;',
    { destroysData: false },
  ],
  [
    'names that need quoting',
    'ALTER TABLE "Order Items" DROP COLUMN "user";',
    { oldCode: 'breaks', destroysData: true },
  ],
];

test.each(ODD)('%s is judged', async (_name, sql, verdict) => {
  write('odd.sql', sql);
  const ran = await project.belay(...check('odd.sql', '--json'));
  expect([0, 3], ran.stderr).toContain(ran.code);
  expect(JSON.parse(ran.stdout)).toMatchObject(verdict);
});

test('one broken statement does not lose the file: the line of the other is right, in CRLF too', async () => {
  write('odd.sql', 'ALTER TABEL x;\r\n\r\nALTER TABLE users DROP COLUMN email;\r\n');
  const verdict = await project.json<{ findings: { line: number }[] }>(3, ...check('odd.sql'));
  expect(verdict).toMatchObject({ oldCode: 'breaks', destroysData: true });
  expect(verdict.findings.map(({ line }) => line)).toContain(3);
});

test('UTF-16 as PowerShell writes it is read', async () => {
  write('odd.sql', Buffer.from('\uFEFFALTER TABLE users DROP COLUMN email;', 'utf16le'));
  expect(await project.json(3, ...check('odd.sql'))).toMatchObject({ destroysData: true });
});

test('a migration of 10 MB is judged', async () => {
  const rows = Array.from(
    { length: 100_000 },
    (_, id) =>
      `INSERT INTO users VALUES (${id}, 'someone-${id}@shop.example.org and a few more words to fill the line');`,
  );
  write('odd.sql', `${rows.join('\n')}\nALTER TABLE users DROP COLUMN email;\n`);
  const verdict = await project.json<{ findings: { line: number }[] }>(3, ...check('odd.sql'));
  expect(verdict).toMatchObject({ destroysData: true });
  expect(verdict.findings.at(-1)?.line).toBe(100_001);
});

test('a validator of a kind that is not known is never a pass', async () => {
  const diff = await project.json<{ tables: Record<string, unknown> }>(
    3,
    'schema',
    'diff',
    '--convex',
    'strange.json',
    'strange.json',
    '--fail-on',
    'unknown',
  );
  expect(diff).toMatchObject({ unknown: true });
  expect(diff.tables.users).toMatchObject({ unknown: true, newSchemaAcceptsOldData: false });
});

test('show prints a schema as it is understood', async () => {
  expect((await project.belay('schema', 'show', 'base.sql')).stdout).toContain('"Order Items"\n    id int8 not null');
  expect((await project.belay('schema', 'show', 'optional.json')).stdout).toContain('age: v.optional(v.number())');
});
