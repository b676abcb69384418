/** A changed record is found, with the event, by the command that a person would run. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createProject, NOOP_CONFIG, type TestProject } from './project.ts';

interface Sqlite {
  exec(sql: string): void;
  close(): void;
}
const Database = createRequire(import.meta.url)('libsql') as new (path: string) => Sqlite;

let project: TestProject;
afterEach(() => project.dispose());

function tamper(sql: string): void {
  const db = new Database(join(project.path, '.belay/journal.db'));
  db.exec(`DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete; ${sql}`);
  db.close();
}

test.each([
  ['emptied', `UPDATE journal SET data = '{}' WHERE kind = 'deployment.planned'`, /changed after it was written/],
  ['no longer JSON', `UPDATE journal SET data = 'gone' WHERE n = 2`, /event +2\n.*Event 2 of staging cannot be read/],
])('an event that was %s, so that nobody can fold the journal, is named as well', async (_what, sql, message) => {
  project = createProject({ 'belay.yml': NOOP_CONFIG });
  await project.json(0, 'deploy', '--env', 'staging');
  // As after an upgrade: whoever opens it would fold everything again.
  tamper(`${sql}; DELETE FROM meta WHERE key = 'views';`);
  expect((await project.belay('history')).code).not.toBe(0);
  const { code, stdout, stderr } = await project.belay('audit', 'verify');
  expect(code, stderr).toBe(1);
  expect(stdout).toMatch(message);
});

test.each([
  ['changed', `UPDATE journal SET actor = 'eve' WHERE n = 3`, /event +3 .*\n.*changed after it was written/],
  ['removed', 'DELETE FROM journal WHERE n = 4', /event 4 is missing/],
  ['cut off', 'DELETE FROM journal WHERE n > 5', /events after 5 are missing/],
])('an event that was %s is named, and the exit code is 1', async (_what, sql, message) => {
  project = createProject({ 'belay.yml': NOOP_CONFIG });
  await project.json(0, 'deploy', '--env', 'staging');
  tamper(sql);
  const { code, stdout } = await project.belay('audit', 'verify');
  expect(code).toBe(1);
  expect(stdout).toMatch(message);
  const { environments } = await project.json<{ environments: { environment: string; fault: unknown }[] }>(
    1,
    'audit',
    'verify',
  );
  expect(environments.find((one) => one.environment === 'production')?.fault).toBeNull();
});
