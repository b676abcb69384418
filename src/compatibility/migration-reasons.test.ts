/** A finding that was accepted in its migration stands in nobody's way; one that was accepted badly does. */
import { expect, test } from 'vitest';
import { checkMigrations } from './check-migrations.ts';
import { levelOf } from './report.ts';

const BASE = 'CREATE TABLE users (id bigint PRIMARY KEY, email text);';
const INDEX = 'CREATE INDEX users_by_email ON users (email);';

async function judged(comment: string) {
  const source = { name: '7', file: 'db/7.sql', sql: `${comment}\n${INDEX}\n`, transaction: true };
  const report = await checkMigrations('7', BASE, [source], null);
  const reasons = report.sections.flatMap((section) => section.reasons);
  return { level: levelOf([report]), told: reasons.map(({ rule, line, why }) => `${rule} ${line} ${why}`).join('\n') };
}

test('an index that blocks writes stands in the way', async () => {
  expect((await judged('')).level).toBe('error');
});

test.each(['index-blocks-writes', 'postgres-index-blocks-writes'])(
  'accepted as %s it is a note with the reason',
  async (rule) => {
    const { level, told } = await judged(`-- belay: allow ${rule} until 2999-12-31 because it holds ten rows`);
    expect(level).toBe('note');
    expect(told).toContain('accepted until 2999-12-31: it holds ten rows');
  },
);

test.each([
  ['until 2001-01-01 because it was small', 'ended on 2001-01-01'],
  ['until 2999-12-31', 'needs a reason'],
  ['because I say so', 'needs an end'],
])('%s accepts nothing, and is told at its line', async (words, told) => {
  const found = await judged(`-- belay: allow index-blocks-writes ${words}`);
  expect(found.level).toBe('error');
  expect(found.told).toMatch(new RegExp(`postgres-suppression 1 .*${told}`));
});
