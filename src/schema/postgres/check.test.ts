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
  expect(await judge(sql, false)).toMatchObject({ hazard: 'brief-lock', work: 'scan', oldCode: 'works' });
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

test('a view over a table that is not there fails; where the base is not known as a whole, nobody can tell', async () => {
  const view = { name: 'v', sql: 'CREATE VIEW v AS WITH t AS (SELECT 1) SELECT * FROM t, gone', transaction: true };
  const known = await checkPostgres({ base: 'CREATE TABLE a (id int)', migrations: [view] });
  expect(known).toMatchObject({ hazard: 'fails', findings: [{ rule: 'missing-relation' }] });
  const partly = await checkPostgres({ base: 'CREATE TABLE a (id int); CALL nobody();', migrations: [view] });
  expect(partly).toMatchObject({ hazard: 'unknown', oldCode: 'unknown' });
});

test.each([
  ['a range that ordinary values keep', 'ADD CHECK (n > 0) NOT VALID', 'works', 'check-may-refuse'],
  ['a list that no row was tested by', "ADD CHECK (s IN ('a')) NOT VALID", 'breaks', 'check-refuses'],
  ['the same list, tested', "ADD CHECK (s IN ('a'))", 'works', 'check-may-refuse'],
  ['a check that refuses the default', "ADD CHECK (kind <> 'x')", 'breaks', 'check-refuses'],
  ['NULL where it may be left out', 'ALTER n SET NOT NULL', 'breaks', 'refuses-null'],
  ['NULL where a default fills in', 'ALTER n SET DEFAULT 1, ALTER n SET NOT NULL', 'works', 'null-may-refuse'],
  ['a default of NULL on NOT NULL', 'ALTER kind SET DEFAULT NULL', 'breaks', 'default-gone'],
  ['a shorter text', 'ALTER s TYPE varchar(20)', 'works', 'type-may-refuse'],
  ['a fraction into a whole number', 'ALTER price TYPE int', 'breaks', 'type-narrowed'],
  ['a key to the row itself', 'ADD FOREIGN KEY (id) REFERENCES t (id)', 'works', 'foreign-key-scans'],
  ['a key of its own values', 'ADD UNIQUE (s)', 'works', 'unique-may-refuse'],
  ['a key of a constant default', 'ADD UNIQUE (kind)', 'breaks', 'unique-refuses'],
])('old code and %s', async (_, change, oldCode, rule) => {
  const base =
    "CREATE TABLE t (id int PRIMARY KEY, n int, s text NOT NULL, price numeric(8,2), kind text NOT NULL DEFAULT 'x');";
  const migrations = [{ name: 'm', sql: `ALTER TABLE t ${change}`, transaction: true }];
  const report = await checkPostgres({ base, migrations });
  expect(report.oldCode).toBe(oldCode);
  expect(report.findings.map((one) => one.rule)).toContain(rule);
});

test('a trigger that names a column which the table lacks breaks its writes', async () => {
  const base =
    'CREATE TABLE t (id int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := now(); RETURN NEW; END $$;';
  const sql = 'CREATE TRIGGER t BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()';
  expect(await checkPostgres({ base, migrations: [{ name: 'm', sql, transaction: true }] })).toMatchObject({
    oldCode: 'breaks',
    findings: [{ rule: 'trigger-fails' }],
  });
});
