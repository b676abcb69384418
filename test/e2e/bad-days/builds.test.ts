/** Builds that fail or hang: the last lines are shown and kept, secrets are not, and nothing goes on running. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processesIn } from '../../support/processes.ts';
import { readRecord } from '../../support/recorded.ts';
import { createShop, type Shop } from '../../support/shop.ts';

const SECRET = 'hunter2-is-no-password';

let shop: Shop;
beforeAll(async () => {
  shop = await createShop({
    target: ['build: sh build.sh', 'env: { TOKEN: { secret: SHOP_TOKEN } }'],
    files: { 'build.sh': 'echo built' },
    env: { SHOP_TOKEN: SECRET },
  });
  // Later than the line of the shop itself, so that it wins.
  shop.commit('a short limit', { 'belay.yml': shop.read('belay.yml').replace('build: 20s', 'build: 2s') });
  const first = await shop.run('deploy');
  expect(first.code, first.stderr).toBe(0);
});
afterAll(() => shop?.dispose());

/** Files below `.belay` that hold the text, by path. The daemon's own state must hold it: it starts the application again. */
function filesWith(text: string): string[] {
  const root = join(shop.folder, '.belay');
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text))
    .map((path) => path.slice(root.length + 1));
}

async function expectUndone(): Promise<void> {
  expect(await shop.version()).toBe('one');
  const record = await readRecord(shop);
  expect(record.deployments[0]?.outcome).toBe('rolled-back');
  expect(record.environment).toMatchObject({ open: null, attention: null, frozen: [] });
  expect(record.lockedBy).toBeNull();
}

test('G20: a build that fails: its last lines on screen and in the record, without the secret that it printed', async () => {
  const lines = ['echo compiling', 'echo "with $TOKEN"', 'echo "cannot find module ./basket" >&2', 'exit 3'];
  shop.commit('broken', { 'build.sh': lines.join('\n') });
  const ran = await shop.run('deploy');
  expect(ran.code, ran.stderr).toBe(5);
  const shown = await shop.run('show');
  for (const text of [ran.stderr, shown.stdout]) {
    expect(text).toContain('The build failed: `sh build.sh` exited with 3');
    expect(text).toContain('cannot find module ./basket');
    expect(text).toContain('with [secret]');
    expect(text).not.toContain(SECRET);
  }
  const told = await shop.run('deploy', '--json', '--watch');
  expect(told.stdout).not.toContain(SECRET);
  const { deployment } = JSON.parse(told.stdout.trim().split('\n').at(-1) ?? '') as { deployment: string };
  const kept = await shop.run('show', deployment, '--log');
  expect(kept.stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ {2}stage:web {2}with \[secret\]$/m);
  const log = await shop.run('deploy', '--verbose');
  expect(log.stderr).not.toContain(SECRET);
  // What starts the application again holds it, for its owner alone; the record and every log do not.
  expect(filesWith(SECRET).filter((path) => !/(^daemon\/state|\/release)\.json$/.test(path))).toEqual([]);
  await expectUndone();
});

test('a build that hangs: ended at its limit with everything that it has started', async () => {
  shop.commit('hanging', { 'build.sh': 'sleep 600 & sh -c "sleep 601; true" & echo waiting; sleep 602' });
  const before = processesIn(shop.folder).length;
  const ran = await shop.run('deploy');
  expect(ran.code, ran.stderr).toBe(5);
  expect(ran.stderr).toContain('The build did not end within 2.0 s');
  expect(ran.stderr).toContain('waiting');
  expect(processesIn(shop.folder)).toHaveLength(before);
  await expectUndone();
});
