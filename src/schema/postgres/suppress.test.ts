/** Accepted findings: by a reason, to an end, for one statement. */
import { expect, test } from 'vitest';
import { checkPostgres } from './check.ts';
import { suppress } from './suppress.ts';

const BASE = 'CREATE TABLE t (a int, b int);';

async function judge(comment: string, today = '2026-06-01') {
  const sql = `${comment}\nCREATE INDEX i ON t (a);\nCREATE INDEX j ON t (b);`;
  const { findings } = await checkPostgres({ base: BASE, migrations: [{ name: 'm', sql, transaction: true }] });
  const found = suppress(sql, findings, today);
  return { stand: found.findings.map((one) => one.line), problems: found.problems.map((one) => one.why) };
}

test('a suppression takes the finding of the next statement only', async () => {
  const found = await judge('-- belay: allow index-blocks-writes until 2026-12-31 because t holds ten rows');
  expect(found).toEqual({ stand: [3], problems: [] });
});

test('past its last day it counts no more, and says so', async () => {
  const comment = '-- belay: allow index-blocks-writes until 2026-05-31 because t holds ten rows';
  expect(await judge(comment, '2026-05-31')).toEqual({ stand: [3], problems: [] });
  expect(await judge(comment, '2026-06-01')).toEqual({
    stand: [2, 3],
    problems: ['allow index-blocks-writes ended on 2026-05-31 (t holds ten rows)'],
  });
});

test('without a reason or an end it is none', async () => {
  expect(await judge('-- belay: allow index-blocks-writes until 2026-12-31')).toEqual({
    stand: [2, 3],
    problems: ['allow index-blocks-writes needs a reason: because …'],
  });
  expect((await judge('-- belay: allow index-blocks-writes because small')).problems).toEqual([
    'allow index-blocks-writes needs an end: until YYYY-MM-DD',
  ]);
});

test('one that suppresses nothing is to be removed', async () => {
  expect((await judge('-- belay: allow drops-table until 2026-12-31 because old')).problems).toEqual([
    'allow drops-table suppresses nothing: remove it',
  ]);
});
