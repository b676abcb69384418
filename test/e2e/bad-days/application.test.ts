/** Releases that are bad in every way that an application can be: the one before goes on serving, and the record says why. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { runningReleases } from '../../support/processes.ts';
import { readRecord } from '../../support/recorded.ts';
import { createShop, type Habit, type Shop, type ShopOptions } from '../../support/shop.ts';

const shops: Shop[] = [];
afterEach(async () => {
  await Promise.all(shops.splice(0).map((shop) => shop.dispose()));
});

async function liveShop(options: ShopOptions = {}): Promise<Shop> {
  const shop = await createShop(options);
  shops.push(shop);
  const first = await shop.run('deploy');
  expect(first.code, first.stderr).toBe(0);
  expect(await shop.version()).toBe('one');
  return shop;
}

async function expectTakenBack(shop: Shop, why: RegExp): Promise<void> {
  const bad = await shop.run('deploy');
  expect(bad.code, bad.stderr).toBe(5);
  expect(bad.stderr).toMatch(why);
  expect(bad.stderr).toContain('rolled back');
  expect(await shop.version()).toBe('one');
  const record = await readRecord(shop);
  expect(record.deployments[0]?.outcome).toBe('rolled-back');
  expect(record.deployments[0]?.reason).toMatch(why);
  expect(record.environment?.open).toBeNull();
}

const AT_START: readonly (readonly [Habit, RegExp])[] = [
  ['exits', /exited with 3/],
  ['never-ready', /not ready within 6 s/],
];

describe('a release that does not come up', () => {
  for (const [habit, why] of AT_START) {
    test(`${habit}: is taken back before it meets a user`, async () => {
      const shop = await liveShop();
      shop.release('two', habit);
      await expectTakenBack(shop, why);
      // No user met it, so the commit may be tried again.
      expect((await readRecord(shop)).environment?.frozen).toEqual([]);
    });
  }

  test('and fails its health check: is taken back with what the check saw', async () => {
    const health =
      'http:\n  - name: stock\n    target: web\n    path: /check\n    expect: { status: 200, contains: fine }\n';
    const environment = ['strategy: all-at-once', 'bake: { time: 0s, triggers: [] }', 'checks: ./health.yml'];
    const shop = await liveShop({ environment, files: { 'health.yml': health } });
    shop.release('two', 'unhealthy-check');
    await expectTakenBack(shop, /stock/);
  });
});

const WATCHED = [
  'strategy: { type: blue-green, soak: 4s }',
  'triggers:',
  '  - { type: error-rate, above: 5%, window: 2s, minRequests: 10 }',
  '  - { type: crash-loop, restarts: 2 }',
  'bake: { time: 0s, triggers: [] }',
];

/** Asks the shop until `over` is aborted; failures are what the test is about. */
async function customers(shop: Shop, over: AbortSignal): Promise<void> {
  while (!over.aborted)
    await fetch(`http://127.0.0.1:${shop.port}/`)
      .then((response) => response.text())
      .catch(() => null);
}

describe('a release that turns bad under traffic', () => {
  for (const [habit, why] of [
    ['fails-requests', /error rate of web/],
    // Caught by a trigger, or already when the switch or the whole is read back.
    ['crashes-under-traffic', /crashes of web|error rate of web|nothing live|nothing is live|exited with 7/],
  ] as const) {
    test(`${habit}: is taken back, and its commit is frozen`, async () => {
      const shop = await liveShop({ environment: WATCHED });
      shop.release('two', habit);
      const over = new AbortController();
      const asking = customers(shop, over.signal);
      await expectTakenBack(shop, why).finally(() => over.abort());
      await asking;
      const again = await shop.run('deploy');
      expect(again.code, again.stderr).toBe(4);
      expect(again.stderr).toContain('frozen');
      const despite = await shop.run('rollback');
      expect(despite.code).toBe(1);
      expect(despite.stderr).toContain('nothing to roll');
    });
  }
});

describe('a release that nobody can reach', () => {
  test('its public port belongs to another program: taken back, with who has it', async () => {
    const shop = await createShop();
    shops.push(shop);
    const other = createServer().listen(shop.port, '127.0.0.1');
    await once(other, 'listening');
    try {
      const ran = await shop.run('deploy');
      expect(ran.code, ran.stderr).toBe(5);
      expect(ran.stderr).toContain(String(shop.port));
      expect(ran.stderr).toMatch(/another program|in use|taken/);
      expect(ran.stderr).toContain('nothing has been deployed to production yet');
      expect(runningReleases(shop.folder).size).toBe(0);
    } finally {
      other.close();
    }
    const again = await shop.run('deploy');
    expect(again.code, again.stderr).toBe(0);
    expect(await shop.version()).toBe('one');
  });
});

const CHECKED = ['strategy: all-at-once', 'bake: { time: 0s, triggers: [] }', 'checks: ./health.yml'];

/** What the two teams wrote down, word for word, with a runner of our own in place of `npx convex run`. */
const CRITICAL = `critical_functions:
  - generationJobs:getRecentJobs
critical_queries:
  - system:getSchemaVersion
function_runner: [sh, run-function.sh]
`;

/** Asks the backend, which here is a file. */
const RUNNER = `grep -q "^$1=" answers || { echo "no function $1 in this deployment" >&2; exit 1; }
grep "^$1=" answers | cut -d= -f2
`;

describe('a health file', () => {
  test('with a key that nobody knows: refused with its line and the key that was meant, before anything happens', async () => {
    const shop = await createShop({
      environment: CHECKED,
      files: { 'health.yml': CRITICAL.replace('critical_queries', 'critical_querys') },
    });
    shops.push(shop);
    const ran = await shop.run('deploy');
    expect(ran.code, ran.stderr).toBe(2);
    expect(ran.stderr).toContain('health.yml:3');
    expect(ran.stderr).toContain('critical_queries');
    expect(existsSync(join(shop.folder, '.belay/local'))).toBe(false);
  });

  test('names critical functions and queries: all answer, or the release is taken back with the one that does not', async () => {
    const answers = 'generationJobs:getRecentJobs=[]\nsystem:getSchemaVersion=7\n';
    const files = { 'health.yml': CRITICAL, 'run-function.sh': RUNNER, answers };
    const shop = await liveShop({ environment: CHECKED, files });
    shop.release('two');
    shop.write('answers', answers.replace('system:getSchemaVersion=7', 'system:getSchemaVersion='));
    await expectTakenBack(shop, /query system:getSchemaVersion inconclusive/);
    shop.write('answers', 'system:getSchemaVersion=7\n');
    await expectTakenBack(shop, /function generationJobs:getRecentJobs fail/);
    shop.write('answers', answers);
    const good = await shop.run('deploy');
    expect(good.code, good.stderr).toBe(0);
    expect(await shop.version()).toBe('two');
  });
});

describe('a release that will not go', () => {
  test('ignores SIGTERM: is ended all the same when the next one has taken over', async () => {
    const shop = await createShop({ target: ['standby: false'] });
    shops.push(shop);
    shop.release('one', 'ignores-sigterm');
    expect((await shop.run('deploy')).code).toBe(0);
    shop.release('two');
    const second = await shop.run('deploy');
    expect(second.code, second.stderr).toBe(0);
    expect(await shop.version()).toBe('two');
    const daemon = await shop.json<{ apps: { processes: { state: string }[] }[] }>('daemon', 'status');
    expect(daemon.apps[0]?.processes.filter((one) => one.state === 'running')).toHaveLength(1);
  });
});
