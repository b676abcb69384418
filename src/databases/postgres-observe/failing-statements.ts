/** Whether a release still runs on a changed database: its own statements, tried and undone. */
import type { Client } from 'pg';

const message = (error: unknown) => (error instanceof Error ? error.message : String(error));

const tried = (sql: string) => `SAVEPOINT belay_one; ${sql}; ROLLBACK TO SAVEPOINT belay_one`;
const ANSWERS_EACH = 3;

/** Which of the statements of the running release fail, or find nothing that is there, each undone at once. */
export async function failingStatements(
  client: Client,
  statements: readonly string[],
  role: string,
): Promise<string[]> {
  // What is set before a savepoint holds for all that is tried after it.
  const asRelease = `${role === '' ? '' : `SET LOCAL ROLE ${role};`} SET CONSTRAINTS ALL IMMEDIATE`;
  await client.query('SAVEPOINT belay_release');
  // Most changes break nothing: all at once is one round trip, and one by one only tells which.
  const all = await answersOf(client, `${asRelease};\n${statements.map(tried).join(';\n')}`);
  await client.query('ROLLBACK TO SAVEPOINT belay_release');
  const own = Array.isArray(all) ? all.slice(all.length - ANSWERS_EACH * statements.length) : null;
  const suspects = statements.filter(
    (sql, at) => own === null || (reads(sql) && foundNothing(own[at * ANSWERS_EACH + 1])),
  );
  const failed: string[] = [];
  for (const sql of suspects) failed.push(...(await failureOf(client, sql, asRelease)));
  return failed;
}

const reads = (sql: string) => /^\s*select\b/i.test(sql);

/** The answers, one for each statement of the text, or the server's words. */
async function answersOf(client: Client, sql: string): Promise<unknown[] | string> {
  try {
    const answers: unknown = await client.query(sql);
    return Array.isArray(answers) ? answers : [answers];
  } catch (error) {
    return message(error);
  }
}

async function failureOf(client: Client, sql: string, asRelease: string): Promise<string[]> {
  const answers = await answersOf(client, `${asRelease}; ${tried(sql)}`);
  await client.query('ROLLBACK TO SAVEPOINT belay_release');
  if (typeof answers === 'string') return [`${sql}: ${answers}`];
  if (!reads(sql) || !foundNothing(answers.at(-2)) || (await client.query(sql)).rowCount === 0) return [];
  return [`${sql}: finds nothing`];
}

const foundNothing = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && 'rowCount' in answer && answer.rowCount === 0;
