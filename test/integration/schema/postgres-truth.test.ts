/** What the checker says without a server is what a real Postgres does, change by change. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkPostgres } from '../../../src/schema/postgres/index.ts';
import { postgresInstalled } from '../../support/postgres.ts';
import { CASES, type Case } from './cases.ts';
import { FRESH_CASES } from './fresh-cases.ts';
import { LATER_CASES } from './later-cases.ts';
import { BASE } from './shop-base.ts';
import { type Truth, type TruthServer, startTruth } from './truth.ts';

/** Where the two differ for a reason. */
const KNOWN: Readonly<Record<string, string>> = {
  'DELETE FROM users WHERE id = 17': 'whether a row is referred to is in the data',
  'CREATE UNIQUE INDEX notes_owner ON notes (owner)': 'whether values repeat is in the data',
  'ALTER TABLE users ALTER COLUMN login TYPE varchar(5)': 'whether values are too long is in the data',
  'CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_user_idx ON orders (user_id)':
    'it lets its lock go before it can be seen',
  'VACUUM users': 'it reads the table, but not through what the statistics count',
  'ALTER TABLE events DETACH PARTITION events_2025 CONCURRENTLY': 'its locks are let go before they can be seen',
  'ALTER TABLE orders ADD CONSTRAINT o UNIQUE (loose_user)': 'that it points to a user is in its name only',
  'ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON notes USING (owner = current_user)':
    'every stored row has the one owner that the release runs as',
  'ALTER TABLE billing.invoices ALTER COLUMN amount TYPE bigint USING amount::bigint': 'all stored amounts are whole',
  'ALTER TABLE users ALTER COLUMN score TYPE integer': 'all stored scores are whole',
  'ALTER TABLE notes ALTER COLUMN owner TYPE bytea USING owner::bytea': 'what is stored reads the same as bytes',
  "ALTER TABLE orders ADD CONSTRAINT states CHECK (state IN ('open', 'closed')) NOT VALID":
    'no row was tested by the list, and all keep to it',
  'ALTER TABLE events ADD UNIQUE (id, at)': 'one number stands in two partitions',
};

const judged = (base: string, { sql, transaction }: Case) =>
  checkPostgres({ base, migrations: [{ name: 'change', sql, transaction: transaction !== false }] });

/** Every fourth: replaying a dump costs more than the change. */
const SAMPLE = [...CASES, ...FRESH_CASES, ...LATER_CASES].filter((_, at) => at % 12 === 0);

type Told = Omit<Truth, 'notes'>;

/** A change that fails leaves nothing to see of the rest. */
function told({ hazard, lock, work, oldCode }: Told | Awaited<ReturnType<typeof judged>>): string {
  return hazard === 'fails' ? hazard : [hazard, lock, work, `old code ${oldCode}`].join(', ');
}

describe.skipIf(postgresInstalled() === null)('the truth table', () => {
  let server: TruthServer;

  beforeAll(async () => {
    server = await startTruth();
  });

  afterAll(() => server?.stop());

  async function differences(cases: readonly Case[]): Promise<string[]> {
    const found: string[] = [];
    const truths = await server.truthsOf(cases);
    for (const [at, one] of cases.entries()) {
      const real = truths[at];
      if (!real) throw new Error(`nothing was observed of ${one.sql}`);
      const said = told(await judged(BASE, one));
      if (said !== told(real) && !(one.sql in KNOWN))
        found.push(`${one.sql}\n  said ${said}\n  was  ${told(real)} ${real.notes}`);
    }
    return found;
  }

  test('changes the checker was built on', { timeout: 240_000 }, async () => {
    expect(CASES.length + FRESH_CASES.length + LATER_CASES.length).toBeGreaterThan(400);
    expect(await differences(CASES)).toEqual([]);
  });

  test('changes written before their verdicts were seen', { timeout: 240_000 }, async () => {
    expect(await differences(FRESH_CASES)).toEqual([]);
  });

  test('changes written after the first ones had been corrected', { timeout: 240_000 }, async () => {
    expect(await differences(LATER_CASES)).toEqual([]);
  });

  test(
    'a dump of the base leads to the same verdicts as the statements that made it',
    { timeout: 240_000 },
    async () => {
      const { stdout: dump } = await promisify(execFile)('pg_dump', ['--schema-only', server.url], { maxBuffer: 1e8 });
      expect((await judged(dump, { sql: 'SELECT 1' })).baseUnderstood).toBe(true);
      const changed: string[] = [];
      for (const one of SAMPLE) {
        const [fromDump, fromStatements] = [await judged(dump, one), await judged(BASE, one)];
        if (told(fromDump) !== told(fromStatements))
          changed.push(
            `${one.sql}\n  ${told(fromStatements)}\n  ${told(fromDump)} ${fromDump.findings.map((f) => f.why)}`,
          );
      }
      expect(changed).toEqual([]);
    },
  );
});
