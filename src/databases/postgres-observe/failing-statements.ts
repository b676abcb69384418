/** Whether a release still runs on a changed database: its own statements, tried and undone. */
import type { Client } from 'pg';

const message = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Which of the statements of the running release fail, or find nothing that is there, each undone at once. */
export async function failingStatements(
  client: Client,
  statements: readonly string[],
  role: string,
): Promise<string[]> {
  const asRole = role === '' ? '' : `SET LOCAL ROLE ${role};`;
  const tried = statements.map(
    (sql) => `SAVEPOINT belay_one; ${asRole} ${sql}; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK TO SAVEPOINT belay_one`,
  );
  await client.query('SAVEPOINT belay_release');
  // Most changes break nothing: all at once is one round trip, and one by one only tells which.
  const all = await answersOf(client, tried.join(';\n'));
  await client.query('ROLLBACK TO SAVEPOINT belay_release');
  const each = Array.isArray(all) ? all.length / Math.max(1, statements.length) : 0;
  const suspects = statements.filter((sql, at) => {
    if (!Array.isArray(all)) return true;
    return reads(sql) && foundNothing(all.slice(at * each, (at + 1) * each));
  });
  const failed: string[] = [];
  for (const sql of suspects) failed.push(...(await failureOf(client, sql, tried[statements.indexOf(sql)] ?? '')));
  await client.query('ROLLBACK TO SAVEPOINT belay_release');
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

async function failureOf(client: Client, sql: string, tried: string): Promise<string[]> {
  const answers = await answersOf(client, tried);
  if (typeof answers === 'string') {
    await client.query('ROLLBACK TO SAVEPOINT belay_one');
    return [`${sql}: ${answers}`];
  }
  if (!reads(sql) || !foundNothing(answers) || (await client.query(sql)).rowCount === 0) return [];
  return [`${sql}: finds nothing`];
}

/** The statement itself is the third from the end of those sent together. */
function foundNothing(answers: readonly unknown[]): boolean {
  const own = answers.at(-3);
  return typeof own === 'object' && own !== null && 'rowCount' in own && own.rowCount === 0;
}
