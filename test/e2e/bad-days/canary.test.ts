/** Canaries under real traffic: a bad one goes back early, a good one takes over, and nobody's request is lost on the way. */
import { afterEach, describe, expect, test } from 'vitest';
import { readRecord } from '../../support/recorded.ts';
import { createShop, type Habit, type Shop } from '../../support/shop.ts';
import { lost, startTraffic, type Traffic } from '../../support/traffic.ts';

const shops: Shop[] = [];
const loads: Traffic[] = [];
afterEach(async () => {
  await Promise.all(loads.splice(0).map((load) => load.stop()));
  await Promise.all(shops.splice(0).map((shop) => shop.dispose()));
});

/** Latency says nothing on a machine that runs other tests beside. */
const QUICK = 'hold: 2s, maxHold: 4s, interval: 500ms, silence: 4s, latency: false, grace: { time: 0s }';

/** A shop whose first release is live, and customers, unless nobody comes. */
async function busyShop(more = '', customers = 8): Promise<{ shop: Shop; traffic: Traffic }> {
  const strategy = `strategy: { type: canary, steps: [20%, 50%], ${QUICK}${more} }`;
  const shop = await createShop({ environment: [strategy, 'bake: { time: 0s, triggers: [] }'] });
  shops.push(shop);
  const first = await shop.run('deploy');
  expect(first.code, first.stderr).toBe(0);
  expect(first.stderr).not.toContain('judge');
  const traffic = startTraffic(shop.port, customers);
  loads.push(traffic);
  return { shop, traffic };
}

const start = (shop: Shop, habit: Habit, ...options: string[]) => {
  shop.release('two', habit);
  return shop.start(['deploy', ...options]);
};

const share = async (traffic: Traffic, version: string): Promise<number> => {
  const from = traffic.answers.length;
  await expect.poll(() => traffic.answers.length, { timeout: 20_000 }).toBeGreaterThan(from + 200);
  const latest = traffic.answers.slice(from);
  return latest.filter((answer) => answer.version === version).length / latest.length;
};

describe('a canary', () => {
  test('that is good takes over, by its shares, and loses nobody', async () => {
    const { shop, traffic } = await busyShop();
    const run = start(shop, 'good');
    await run.saw('20 % on');
    expect(await share(traffic, 'two')).toBeGreaterThan(0.08);
    expect(await share(traffic, 'two')).toBeLessThan(0.65);
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(0);
    expect(await share(traffic, 'two')).toBe(1);
    expect(lost(await traffic.stop())).toEqual([]);
    const { deployments } = await readRecord(shop);
    expect(deployments[0]?.outcome).toBe('committed');
  });

  test('that fails goes back within a stage, and the record says how much worse it was', async () => {
    const { shop, traffic } = await busyShop();
    const { code, stderr } = await start(shop, 'fails-some-requests').ended;
    expect(code, stderr).toBe(5);
    expect(stderr).toMatch(/errors (at least )?\d+(\.\d)?x .*the old release's after \d+ requests/);
    expect(stderr).not.toContain('50 % on');
    expect(await shop.version()).toBe('one');
    expect(await share(traffic, 'one')).toBe(1);
    const record = await readRecord(shop);
    expect(record.deployments[0]?.outcome).toBe('rolled-back');
    expect(record.environment?.frozen).toHaveLength(1);
    const shown = await shop.run('show');
    expect(shown.stdout.replace(/\s+/g, ' ')).toContain('a false alarm this strong happens in less than');
    // A hundred failures would be a threshold's work.
    expect(lost(await traffic.stop()).length).toBeLessThan(100);
  });

  test('that nobody asks goes back: silence is no health', async () => {
    const { shop } = await busyShop('', 0);
    const { code, stderr } = await start(shop, 'good').ended;
    expect(code, stderr).toBe(5);
    expect(stderr).toContain('nothing was seen of the candidate');
    expect(await shop.version()).toBe('one');
  });

  test('is not begun while the live release itself fails', async () => {
    const shop = await createShop({
      environment: [`strategy: { type: canary, ${QUICK} }`, 'bake: { time: 0s, triggers: [] }'],
    });
    shops.push(shop);
    shop.release('one', 'fails-requests');
    await shop.run('deploy');
    loads.push(startTraffic(shop.port));
    const { code, stderr } = await start(shop, 'good').ended;
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('100 % of its requests fail now');
    expect(stderr).toContain('--strategy blue-green');
    const repaired = await shop.run('deploy', '--strategy', 'blue-green');
    expect(repaired.code, repaired.stderr).toBe(0);
    expect(await shop.version()).toBe('two');
  });
});

interface Measured {
  readonly kind: string;
  readonly data: {
    readonly sources: readonly { readonly report: { readonly canary: { readonly requests: number } } }[];
  };
}

describe('a person', () => {
  const FOREVER = ', promotion: manual';

  test('lets it go on, a step at a time or all at once', async () => {
    const { shop, traffic } = await busyShop(FOREVER);
    const run = start(shop, 'good');
    await run.saw('20 % on');
    const step = await shop.run('promote', '--step');
    expect(step.code, step.stderr).toBe(0);
    await run.saw('50 % on');
    expect(await share(traffic, 'two')).toBeGreaterThan(0.3);
    const all = await shop.run('promote');
    expect(all.code, all.stderr).toBe(0);
    expect((await run.ended).code).toBe(0);
    expect(await shop.version()).toBe('two');
  });

  test('holds it at its share, where it is judged on', async () => {
    const { shop } = await busyShop();
    const run = start(shop, 'good');
    await run.saw('20 % on');
    const paused = await shop.run('pause');
    expect(paused.code, paused.stderr).toBe(0);
    expect(paused.stderr).toContain('stays at its share');
    await run.saw('paused by');
    const resumed = await shop.run('resume');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect((await run.ended).code).toBe(0);
  });

  test('aborts it, and everybody is back at once', async () => {
    const { shop, traffic } = await busyShop(FOREVER);
    const run = start(shop, 'good');
    await run.saw('20 % on');
    const aborted = await shop.run('abort', '--reason', 'wrong branch');
    expect(aborted.code, aborted.stderr).toBe(0);
    expect((await run.ended).code).toBe(5);
    expect(await share(traffic, 'one')).toBe(1);
    expect(lost(await traffic.stop())).toEqual([]);
  });
});

describe('a crash in mid-canary', () => {
  async function killed(more = ''): Promise<Shop> {
    const { shop } = await busyShop(`, promotion: manual${more}`);
    const run = start(shop, 'good');
    await run.saw('compare');
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    return shop;
  }

  test('whose driver died is taken back by the router itself', async () => {
    const shop = await killed(', unwatched: 1s');
    const [load] = loads;
    if (!load) throw new Error('nobody comes');
    await expect.poll(() => share(load, 'two'), { timeout: 30_000 }).toBe(0);
    expect(lost(await load.stop())).toEqual([]);
    // The record is still open: the next command closes it, and finds the traffic where it belongs.
    const { code, stderr } = await shop.run('recover');
    expect(code, stderr).toBe(5);
    expect(await shop.version()).toBe('one');
  });

  test('is taken back by the next command', async () => {
    const shop = await killed();
    const { code, stderr } = await shop.run('recover');
    expect(code, stderr).toBe(5);
    expect(await shop.version()).toBe('one');
  });

  test('goes on, when a person wants it, with the evidence that was there', async () => {
    const shop = await killed();
    const recovering = shop.start(['recover', '--forward']);
    await recovering.saw('compare');
    const promoted = await shop.run('promote');
    expect(promoted.code, promoted.stderr).toBe(0);
    expect((await recovering.ended).code).toBe(0);
    const { events } = await shop.json<{ events: readonly Measured[] }>('show');
    const seen = events
      .filter(({ kind }) => kind === 'analysis.measured')
      .map(({ data }) => data.sources[0]?.report.canary.requests ?? 0);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen[0]).toBeGreaterThan(0);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });
});
