/** The daemon, both, or the whole machine die: what was live comes back, by itself or with one command. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAlive, killHard, processesIn, runningReleases } from '../support/processes.ts';
import { createShop, type Shop } from '../support/shop.ts';
import { lost, startTraffic } from '../support/traffic.ts';
import { until } from '../support/until.ts';
import { expectOneTruth, randomFrom } from './shop-truth.ts';
import { repeated } from '../support/repeated.ts';

const ROUNDS = Number(process.env.BELAY_KILL_ROUNDS ?? repeated(3));
const SEED = Number(process.env.BELAY_SEED ?? 20_261_121);

let shop: Shop;
beforeEach(async () => {
  shop = await createShop({ target: ['standby: false'] });
  const first = await shop.run('deploy');
  expect(first.code, first.stderr).toBe(0);
});
afterEach(() => shop?.dispose());

const daemonPid = async () => (await shop.json<{ pid: number }>('daemon', 'status')).pid;

test('the daemon is killed under traffic: applications live, it serves again by itself, and only the gap is felt', async () => {
  const applications = [...runningReleases(shop.folder).values()].flat();
  const traffic = startTraffic(shop.port);
  await until('traffic flows', () => traffic.answers.length > 50);
  const pid = await daemonPid();
  const killedAt = performance.now();
  killHard(pid);
  await until('it serves again', () => traffic.answers.some((one) => one.askedAt > killedAt && one.version !== null));
  const servedAt = Math.min(
    ...traffic.answers.filter((one) => one.askedAt > killedAt && one.version !== null).map((one) => one.answeredAt),
  );
  const seen = traffic.answers.length;
  await until('traffic flows again', () => traffic.answers.length > seen + 100);
  const answers = await traffic.stop();
  expect(servedAt - killedAt).toBeLessThan(10_000);
  for (const one of lost(answers)) {
    expect(one.answeredAt, one.why).toBeGreaterThanOrEqual(killedAt);
    expect(one.askedAt, one.why).toBeLessThanOrEqual(servedAt);
  }
  expect([...runningReleases(shop.folder).values()].flat()).toEqual(applications);
  expect(await daemonPid()).not.toBe(pid);
  await expectOneTruth(shop, 'after the daemon was killed');
});

test('G6: daemon and command are killed together at random times: one truth after `recover`', async () => {
  const random = randomFrom(SEED);
  for (let round = 1; round <= ROUNDS; round++) {
    shop.release(`r${round}`);
    const daemon = await daemonPid();
    const deploying = shop.start(['deploy']);
    const after = (random() * 0.6 + 0.3) * 1_500;
    await Promise.race([delay(after), deploying.ended]);
    killHard(daemon);
    killHard(deploying.pid);
    await deploying.ended;
    const context = `seed ${SEED}, round ${round}, killed after ${Math.round(after)} ms`;
    const recovered = await shop.run('recover');
    expect([0, 5], `${context}: ${recovered.stderr}`).toContain(recovered.code);
    // A guardian whose daemon dies every few seconds waits longer each time; a person does not.
    expect((await shop.run('daemon', 'start')).code, context).toBe(0);
    await expectOneTruth(shop, context);
  }
});

test('everything is gone, as after a power cut: `daemon start` brings back what was live', async () => {
  const before = await expectOneTruth(shop, 'before');
  // The guardian first: it would bring the daemon back.
  for (const pid of processesIn(shop.folder)) process.kill(pid, 'SIGSTOP');
  const all = processesIn(shop.folder);
  for (const pid of all) killHard(pid);
  await until('everything is gone', () => !all.some(isAlive));
  expect(await shop.version()).toBeNull();
  const status = await shop.run('status');
  expect(status.code).toBe(9);
  expect(status.stdout).toContain('belay daemon');
  const started = await shop.run('daemon', 'start');
  expect(started.code, started.stderr).toBe(0);
  await until('it answers again', async () => (await shop.version()) === 'one');
  const after = await expectOneTruth(shop, 'after');
  expect(after.environment?.live).toEqual(before.environment?.live);
  shop.release('two');
  const next = await shop.run('deploy');
  expect(next.code, next.stderr).toBe(0);
  expect(await shop.version()).toBe('two');
});
