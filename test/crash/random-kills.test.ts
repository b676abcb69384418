/** kill -9 of the command at random times, under traffic, round after round on one shop. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { killHard } from '../support/processes.ts';
import { createShop, type Shop } from '../support/shop.ts';
import { lost, startTraffic } from '../support/traffic.ts';
import { expectOneTruth, randomFrom } from './shop-truth.ts';
import { repeated } from '../support/repeated.ts';

/** Seconds of killing; more of them in the nightly run. */
const SECONDS = Number(process.env.BELAY_KILL_SECONDS ?? repeated(20));
const SEED = Number(process.env.BELAY_SEED ?? 20_261_121);

let shop: Shop | undefined;
afterEach(() => shop?.dispose());

test(
  'G3, G5, G6, G10: killed at any time under traffic: one truth after `recover`, and no request is lost',
  async () => {
    shop = await createShop({ target: ['standby: false'] });
    const random = randomFrom(SEED);
    const began = performance.now();
    expect((await shop.run('deploy')).code).toBe(0);
    const wholeMs = performance.now() - began;
    const traffic = startTraffic(shop.port);
    const ends = { old: 0, new: 0 };
    for (let round = 1; performance.now() - began < SECONDS * 1_000; round++) {
      const commit = shop.release(`r${round}`);
      const deploying = shop.start(['deploy']);
      // The first deployment may have been quicker than the later ones: every third kill falls late, or on nothing.
      const after = round % 3 === 0 ? wholeMs * (1 + 2 * random()) : wholeMs * random();
      await Promise.race([delay(after), deploying.ended]);
      killHard(deploying.pid);
      await deploying.ended;
      const context = `seed ${SEED}, round ${round}, killed after ${Math.round(after)} ms`;
      const recovered = await shop.run('recover');
      expect([0, 5], `${context}: ${recovered.stderr}`).toContain(recovered.code);
      const { environment } = await expectOneTruth(shop, context);
      ends[environment?.live?.source.commit === commit ? 'new' : 'old'] += 1;
    }
    const answers = await traffic.stop();
    // Both ends were met, so kills fell on both sides of the commit.
    expect(ends.old, JSON.stringify(ends)).toBeGreaterThan(0);
    expect(ends.new, JSON.stringify(ends)).toBeGreaterThan(0);
    expect(lost(answers)).toEqual([]);
    expect(answers.length).toBeGreaterThan(1_000);
    expect((await shop.run('audit', 'verify')).code).toBe(0);
  },
  SECONDS * 1_000 + 120_000,
);
