/** The Postgres checker and squawk against what a real server did, change by change; and a thousand migrations by the clock. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { checkPostgres } from '../src/schema/postgres/index.ts';
import { CASES, type Case } from '../test/integration/schema/cases.ts';
import { FRESH_CASES } from '../test/integration/schema/fresh-cases.ts';
import { LATER_CASES } from '../test/integration/schema/later-cases.ts';
import { BASE } from '../test/integration/schema/shop-base.ts';
import { BLIND_BASE, BLIND_SEED } from '../test/integration/schema/blind/base.ts';
import { generatedCases } from '../test/integration/schema/blind/generated.ts';
import { HAND_CASES } from '../test/integration/schema/blind/hand.ts';
import { type Release, releaseOn } from '../test/integration/schema/old-release.ts';
import { type Truth, startTruth } from '../test/integration/schema/truth.ts';
import { postgresInstalled } from '../test/support/postgres.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { NO_FIGURE, median, verdict } from './support/statistics.ts';

const MIGRATIONS = 1_000;
const ROUNDS = 5;
const LIMIT_MS = 1_500;

interface Judged {
  readonly longLock: boolean;
  readonly breaks: boolean;
  readonly cannotTell: boolean;
}

/** What of squawk's rules means a lock held through work on rows. */
const LONG_RULES = new Set([
  'adding-field-with-default',
  'adding-serial-primary-key-field',
  'adding-not-nullable-field',
  'adding-foreign-key-constraint',
  'adding-exclusion-constraint',
  'changing-column-type',
  'constraint-missing-not-valid',
  'disallowed-unique-constraint',
  'require-concurrent-index-creation',
  'require-concurrent-reindex',
  'require-concurrent-refresh-materialized-view',
  'ban-alter-domain-with-add-constraint',
  'prefer-repack',
]);
/** And what means that running code fails. */
const BREAK_RULES = new Set([
  'adding-required-field',
  'adding-not-nullable-field',
  'ban-drop-column',
  'ban-drop-table',
  'changing-column-type',
  'renaming-column',
  'renaming-table',
]);

const Squawked = z.array(z.object({ rule_name: z.string() }));

async function ours(base: string, { sql, transaction }: Case): Promise<Judged> {
  const migrations = [{ name: 'change', sql, transaction: transaction !== false }];
  const { hazard, oldCode } = await checkPostgres({ base, migrations });
  return {
    longLock: hazard === 'long-lock',
    breaks: oldCode === 'breaks',
    cannotTell: hazard === 'unknown' || oldCode === 'unknown',
  };
}

const squawkBinary = join(
  import.meta.dirname,
  `../node_modules/@squawk-cli/${process.platform}-${process.arch}/bin/squawk`,
);

function squawk(file: string, { sql, transaction }: Case): Judged {
  writeFileSync(file, `${sql};\n`);
  const flags = transaction === false ? [] : ['--assume-in-transaction'];
  const { stdout } = spawnSync(squawkBinary, ['--reporter', 'json', ...flags, file], { encoding: 'utf8' });
  const rules = Squawked.parse(JSON.parse(stdout || '[]')).map((one) => one.rule_name);
  return {
    longLock: rules.some((rule) => LONG_RULES.has(rule)),
    breaks: rules.some((rule) => BREAK_RULES.has(rule)),
    cannotTell: rules.includes('syntax-error'),
  };
}

type Pair = readonly [truth: boolean, said: boolean];

const share = (part: number, whole: number) => (whole === 0 ? 1 : part / whole);
const recall = (pairs: readonly Pair[]) =>
  share(pairs.filter(([truth, said]) => truth && said).length, pairs.filter(([truth]) => truth).length);
const precision = (pairs: readonly Pair[]) =>
  share(pairs.filter(([truth, said]) => truth && said).length, pairs.filter(([, said]) => said).length);

function figures(name: string, truths: readonly Truth[], said: readonly Judged[], goal: boolean): BenchRow {
  // A change that failed left nothing to run the old release on.
  const ran = truths.flatMap((truth, at) => (truth.hazard === 'fails' ? [] : [{ truth, judged: said[at] }]));
  const long = ran.map(({ truth, judged }): Pair => [truth.hazard === 'long-lock', judged?.longLock === true]);
  const broken = ran.map(({ truth, judged }): Pair => [truth.oldCode === 'breaks', judged?.breaks === true]);
  const unknown = share(said.filter((one) => one.cannotTell).length, said.length);
  const all = [recall(long), precision(long), recall(broken), precision(broken)];
  const [a = 0, b = 0, c = 0, d = 0] = all;
  const reached = a >= 0.97 && b >= 0.95 && c >= 0.95 && d >= 0.95 && unknown < 0.05;
  return {
    case: `${name}, ${truths.length} changes`,
    'long lock recall': a.toFixed(2),
    'long lock precision': b.toFixed(2),
    'breaks recall': c.toFixed(2),
    'breaks precision': d.toFixed(2),
    'cannot tell': `${(unknown * 100).toFixed(1)} %`,
    ms: '–',
    ...(goal ? verdict('.97 .95 .95 .95 < 5 %', reached) : NO_FIGURE),
  };
}

const SETS = [
  ['built on', CASES],
  ['written before a look', FRESH_CASES],
  ['written later, before a look', LATER_CASES],
] as const;

async function sideBySide(): Promise<BenchRow[]> {
  const server = await startTruth();
  const folder = mkdtempSync(join(tmpdir(), 'belay-squawk-'));
  const rows: BenchRow[] = [];
  try {
    for (const [name, cases] of SETS) {
      const truths = await server.truthsOf(cases);
      rows.push(figures(`Belay, ${name}`, truths, await Promise.all(cases.map((one) => ours(BASE, one))), true));
      if (!existsSync(squawkBinary)) continue;
      const theirs = cases.map((one) => squawk(join(folder, 'change.sql'), one));
      rows.push(figures(`squawk, ${name}`, truths, theirs, false));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  }
  return rows;
}

/** A base that the checker was not built on, and changes by hand and by draw; the seeds beyond the first were never looked at. */
const SEEDS = [20_261_121, 7, 99];
const DRAWN = 200;

/** Whether the release of ordinary writes alone would have noticed. */
function asOrdinary(truth: Truth, { ordinary }: Release): Truth {
  const noticed = truth.broken.some((told) => ordinary.some((sql) => told.startsWith(`${sql}: `)));
  return { ...truth, oldCode: noticed ? 'breaks' : 'works' };
}

async function blind(): Promise<BenchRow[]> {
  let release: Release = { ordinary: [], any: [] };
  const server = await startTruth({
    base: BLIND_BASE,
    seed: BLIND_SEED,
    release: async (client) => (release = await releaseOn(client)).any,
  });
  const sets = [
    ['help desk, by hand', HAND_CASES] as const,
    ...SEEDS.map((seed) => [`help desk, drawn with ${seed}`, generatedCases(seed, DRAWN)] as const),
  ];
  const rows: BenchRow[] = [];
  try {
    for (const [name, cases] of sets) {
      const truths = await server.truthsOf(cases);
      const said = await Promise.all(cases.map((one) => ours(BLIND_BASE, one)));
      const ordinary = truths.map((truth) => asOrdinary(truth, release));
      rows.push(figures(`Belay, ${name}, ordinary writes`, ordinary, said, true));
      rows.push(figures(`Belay, ${name}, any write that the base takes`, truths, said, false));
    }
  } finally {
    await server.stop();
  }
  return rows;
}

/** A history as it grows: a table, then columns, indexes and keys on those before. */
function history(): { name: string; sql: string; transaction: boolean }[] {
  return Array.from({ length: MIGRATIONS }, (_, i) => {
    const before = Math.max(0, i - 3);
    const sql = [
      `CREATE TABLE t${i} (id bigserial PRIMARY KEY, name text NOT NULL, parent bigint, created_at timestamptz DEFAULT now())`,
      `CREATE INDEX t${i}_name ON t${i} (lower(name))`,
      `ALTER TABLE t${before} ADD COLUMN c${i} integer DEFAULT ${i}`,
      `ALTER TABLE t${i} ADD CONSTRAINT t${i}_up FOREIGN KEY (parent) REFERENCES t${before} (id)`,
    ].join(';\n');
    return { name: `${i}`, sql, transaction: true };
  });
}

async function speed(asBase: boolean): Promise<BenchRow> {
  const migrations = history();
  const base = asBase ? migrations.map((one) => one.sql).join(';\n') : BASE;
  const last = { name: 'last', sql: 'ALTER TABLE t5 ALTER COLUMN name TYPE varchar(10)', transaction: true };
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const started = performance.now();
    await checkPostgres({ base, migrations: asBase ? [last] : migrations });
    times.push(performance.now() - started);
  }
  const first = times[0] ?? 0;
  return {
    case: `${MIGRATIONS} migrations, ${asBase ? 'replayed under one' : 'judged'}; first run, median`,
    'long lock recall': '–',
    'long lock precision': '–',
    'breaks recall': '–',
    'breaks precision': '–',
    'cannot tell': '–',
    ms: `${Math.round(first)}, ${Math.round(median(times))}`,
    ...verdict(`< ${LIMIT_MS} ms`, first < LIMIT_MS),
  };
}

export const bench: Bench = {
  title: 'Postgres migrations: said without a server, against what a server did',
  async run() {
    const clocked = [await speed(false), await speed(true)];
    return postgresInstalled() === null ? clocked : [...clocked, ...(await sideBySide()), ...(await blind())];
  },
};
