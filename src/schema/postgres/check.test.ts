/** Verdicts that need no server to be seen right: transactions, order, broken scripts, what cannot be told. */
import { expect, test } from 'vitest';
import { checkPostgres } from './check.ts';
import { splitStatements } from './split.ts';

const BASE = 'CREATE TABLE t (id int PRIMARY KEY, a text, n int NOT NULL DEFAULT 0);';
const judge = (sql: string, transaction = true, base = BASE) =>
  checkPostgres({ base, migrations: [{ name: 'm', sql, transaction }] });

test('a check added and validated in one transaction holds its lock over the scan; in two it does not', async () => {
  const sql = "ALTER TABLE t ADD CONSTRAINT c CHECK (a <> '') NOT VALID;\nALTER TABLE t VALIDATE CONSTRAINT c;";
  expect(await judge(sql)).toMatchObject({ hazard: 'long-lock', work: 'scan' });
  expect(await judge(sql, false)).toMatchObject({ hazard: 'brief-lock', work: 'scan', oldCode: 'breaks' });
  expect(await judge(`BEGIN; ${sql.replace(';\n', '; COMMIT; BEGIN;')} COMMIT;`, false)).toMatchObject({
    hazard: 'brief-lock',
  });
});

test('one broken statement does not lose the others', async () => {
  const report = await judge('ALTER TABLE t ADD b int;\nALTER TABEL t DROP a;\nALTER TABLE t DROP COLUMN a;', false);
  expect(report.oldCode).toBe('breaks');
  expect(report.findings.map((one) => [one.statement, one.line, one.rule])).toContainEqual([2, 2, 'cannot-tell']);
});

test.each([
  ['DO $$ BEGIN EXECUTE format($f$ALTER TABLE %I ADD x int$f$, $t$t$t$); END $$'],
  ['ALTER TABLE :name ADD COLUMN x int'],
  ['\\i other.sql'],
  ['CALL do_something()'],
])('%s cannot be told', async (sql) => {
  expect(await judge(sql)).toMatchObject({ hazard: 'unknown', work: 'unknown', oldCode: 'unknown' });
});

test('what follows a failure in the same transaction never happens', async () => {
  const report = await judge('ALTER TABLE t DROP COLUMN a; ALTER TABLE nothing ADD x int; DROP TABLE t;');
  expect(report).toMatchObject({ hazard: 'fails', oldCode: 'works', destroysData: false });
});

test('a base that is not understood turns a missing table into no failure', async () => {
  expect((await judge('ALTER TABLE other ADD x int', true, BASE)).hazard).toBe('fails');
  const partly = await judge('ALTER TABLE other ADD x int', true, `${BASE}\nCREATE TABEL other (id int);`);
  expect(partly).toMatchObject({ hazard: 'brief-lock', lock: 'ACCESS EXCLUSIVE', baseUnderstood: false });
});

test('each migration has its own verdict, and a later one may mend what an earlier one broke', async () => {
  const migrations = [
    {
      name: '1',
      sql: 'ALTER TABLE t ADD COLUMN b int; ALTER TABLE t ADD COLUMN c int NOT NULL DEFAULT 1',
      transaction: true,
    },
    { name: '2', sql: 'ALTER TABLE t ALTER COLUMN c DROP DEFAULT', transaction: true },
    { name: '3', sql: 'CREATE TABLE u (id int); CREATE INDEX ON u (id)', transaction: true },
  ];
  const report = await checkPostgres({ base: BASE, migrations });
  expect(report.migrations.map((one) => [one.name, one.hazard, one.oldCode])).toEqual([
    ['1', 'brief-lock', 'works'],
    ['2', 'brief-lock', 'breaks'],
    ['3', 'safe', 'works'],
  ]);
});

test('the time zone decides whether timestamp becomes timestamptz for free', async () => {
  const base = 'CREATE TABLE t (at timestamp);';
  expect((await judge('ALTER TABLE t ALTER at TYPE timestamptz', true, base)).work).toBe('instant');
  const elsewhere = "SET timezone = 'Europe/Berlin'; ALTER TABLE t ALTER at TYPE timestamptz";
  expect((await judge(elsewhere, true, base)).work).toBe('rewrite');
});

test('statements end where the server thinks they end', () => {
  const script = `SELECT ';' , $a$ ; $b$ ; $a$, "x;y" -- ; no
/* ; /* nested ; */ */ ; CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END;
COPY t (a) FROM stdin;
1;\t;
\\.
\\restrict abc
SELECT E'it\\'s;', a::text[1:2];`;
  expect(splitStatements(script).map((one) => [one.line, one.psql])).toEqual([
    [1, false],
    [2, false],
    [3, false],
    [7, false],
  ]);
});

test('statements keep their lines, whatever stands between them and whatever alphabet they are in', async () => {
  const sql =
    "-- übung\n/* a\nb */ SELECT 'ä\nö';\n\n  -- next\n  ALTER TABLE t DROP COLUMN a;\nALTER TABLE t ADD a text NOT NULL";
  const report = await judge(sql);
  expect(report.findings.map((one) => [one.statement, one.line, one.rule])).toEqual(
    expect.arrayContaining([
      [2, 7, 'drops-column'],
      [3, 8, 'required-column'],
    ]),
  );
});
