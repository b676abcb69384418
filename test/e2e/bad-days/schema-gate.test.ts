/** M7 end to end: SQL migrations in a real repository decide whether a release ships, and whether there is a way back over it. */
import { afterEach, expect, test } from 'vitest';
import type { ReleaseRow } from '../../../src/core/views.ts';
import { createShop, type Shop, type ShopOptions, shopSource } from '../../support/shop.ts';

const BASE = { 'db/migrations/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' };
const DROP = 'ALTER TABLE users DROP COLUMN email;\n';
const WITH_SCHEMA = [
  'strategy: all-at-once',
  'bake: { time: 0s, triggers: [] }',
  'schema: { migrations: db/migrations }',
];

let shop: Shop;
afterEach(() => shop.dispose());

async function liveShop(options: ShopOptions = {}): Promise<void> {
  shop = await createShop({ environment: WITH_SCHEMA, ...options, files: { ...BASE, ...options.files } });
  const first = await shop.run('deploy');
  expect(first.code, first.stderr).toBe(0);
}

/** Another version of the application, with a migration. */
const migrate = (version: string, file: string, sql: string) =>
  shop.commit(`version ${version}`, { 'server.mjs': shopSource(version), [`db/migrations/${file}`]: sql });

const latest = async () => (await shop.json<{ releases: ReleaseRow[] }>('releases')).releases[0];

test('a migration that old code can live with ships as code-only, and is gone back over without a question', async () => {
  await liveShop();
  migrate('two', '002_age.sql', "SET lock_timeout = '5s';\nALTER TABLE users ADD COLUMN age int;\n");
  const plan = await shop.run('plan');
  expect(plan.code, plan.stdout).toBe(0);
  expect(plan.stdout).toMatch(/schema +Postgres · db\/migrations · 1 new migration on 1 applied/);
  expect(plan.stdout).toContain('code-only: going back');
  expect((await shop.run('deploy')).code).toBe(0);
  expect(await shop.version()).toBe('two');
  expect(await latest()).toMatchObject({ rollbackClass: 'code-only' });
  const back = await shop.run('rollback');
  expect(back.code, back.stderr).toBe(0);
  expect(await shop.version()).toBe('one');
});

test('a dropped column is refused with the recipe; accepted it ships, and the rollback says why it cannot go back', async () => {
  await liveShop();
  migrate('two', '002_drop.sql', DROP);
  const planned = await shop.run('plan');
  expect(planned.code).toBe(3);
  expect(planned.stdout).toContain('forward-only');
  const refused = await shop.run('deploy');
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain('db/migrations/002_drop.sql:1');
  expect(refused.stderr).toMatch(/one release earlier; drop it\s+after/);
  expect(await shop.version()).toBe('one');

  const accepted = await shop.run('deploy', '--accept-schema', 'nobody reads it any more');
  expect(accepted.code, accepted.stderr).toBe(0);
  expect(await shop.version()).toBe('two');
  expect(await latest()).toMatchObject({
    rollbackClass: 'forward-only',
    rollbackReason: expect.stringContaining('002_drop.sql:1') as string,
  });
  const shown = (await shop.run('show')).stdout;
  expect(shown).toContain('accepted: nobody reads it any more');
  expect(shown).toContain('forward-only');

  const back = await shop.run('rollback');
  expect(back.code).toBe(3);
  expect(back.stderr).toContain((await latest())?.id);
  expect(back.stderr).toContain('002_drop.sql:1');
  expect(back.stderr).toContain('--keep-data');
  expect(await shop.version()).toBe('two');
  const kept = await shop.run('rollback', '--keep-data');
  expect(kept.code, kept.stderr).toBe(0);
  expect(await shop.version()).toBe('one');
});

test('an older commit is no way around: its code does not know what is applied', async () => {
  await liveShop();
  const older = shop.git('rev-parse', 'HEAD');
  migrate('two', '002_drop.sql', DROP);
  expect((await shop.run('deploy', '--accept-schema', 'nobody reads it')).code).toBe(0);
  const around = await shop.run('deploy', older);
  expect(around.code).toBe(3);
  expect(around.stderr).toMatch(/the code to ship does\s+not know it/);
  expect(await shop.version()).toBe('two');
});

test('accepted in the migration until a day, with a reason: it ships, and is no less forward-only', async () => {
  await liveShop();
  const allow = (rule: string) => `-- belay: allow ${rule} until 2999-12-31 because it was never written`;
  migrate('two', '002_drop.sql', `${allow('postgres-drops-column')}\n${allow('column-gone')}\n${DROP}`);
  const shipped = await shop.run('deploy');
  expect(shipped.code, shipped.stderr).toBe(0);
  expect(await latest()).toMatchObject({ rollbackClass: 'forward-only' });
  migrate(
    'three',
    '003_drop.sql',
    '-- belay: allow postgres-drops-table until 2001-01-01 because x\nDROP TABLE users;\n',
  );
  const late = await shop.run('schema', 'check');
  expect(late.code).toBe(3);
  expect(late.stdout).toContain('ended on 2001-01-01');
});

test('what cannot be compared is no pass, and a person may know better', async () => {
  await liveShop();
  migrate('two', '002_age.sql', 'ALTER TABLE users ADD COLUMN age int;\n');
  shop.commit('moved', { 'belay.yml': shop.read('belay.yml').replace('db/migrations', 'sql') });
  const refused = await shop.run('deploy');
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain('sql cannot be read');
  expect((await shop.run('deploy', '--accept-schema', 'the folder was moved')).code).toBe(0);
  expect(await latest()).toMatchObject({ rollbackClass: 'forward-only' });
});

test('a folder as source is shipped with a word, not refused', async () => {
  shop = await createShop({ environment: WITH_SCHEMA, target: ['source: { directory: app }'], files: { ...BASE } });
  shop.write('app/server.mjs', shopSource('one'));
  expect((await shop.run('deploy')).code).toBe(0);
  shop.write('app/server.mjs', shopSource('two'));
  const second = await shop.run('deploy');
  expect(second.code, second.stderr).toBe(0);
  expect(second.stderr).toContain('nothing to compare');
  expect(await shop.version()).toBe('two');
});
