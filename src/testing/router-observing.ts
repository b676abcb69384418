/** The part of the router contract that judging a release rests on: every request is seen once, and nothing looks better than it was. */
import assert from 'node:assert/strict';
import type { Observation, Observations, Router } from '../routers/router.ts';
import { cookieOf, eventually, upgrade, type Check, type RouterScene } from './router-scene.ts';

const SPLIT = { stable: 0.5, 'candidate-1': 0.5 };

interface Reader {
  readonly items: Observation[];
  missed: number;
  /** Reads until there are so many, then once more: nothing may come twice. */
  until(count: number): Promise<readonly Observation[]>;
}

async function readFrom(router: Router): Promise<Reader> {
  let cursor = (await router.observations(null)).next;
  const more = async (): Promise<Observations> => {
    const seen = await router.observations(cursor);
    cursor = seen.next;
    reader.items.push(...seen.items);
    reader.missed += seen.missed;
    return seen;
  };
  const reader: Reader = {
    items: [],
    missed: 0,
    async until(count) {
      await eventually(`${count} requests are observed`, async () => {
        await more();
        return reader.items.length >= count;
      });
      await more();
      return reader.items;
    },
  };
  return reader;
}

/** A client that has got its cookie, by a request that is observed as well. */
async function newClient({ get }: RouterScene): Promise<string> {
  const response = await get();
  await response.text();
  return cookieOf(response).split(';')[0] ?? '';
}

const withStatus = (items: readonly Observation[], status: number) => items.filter((item) => item.status === status);

export function observing(check: Check): void {
  check('sees every request of both sides once, with what became of it', async (scene) => {
    const { apply, get, router, stable, candidate } = scene;
    await apply(SPLIT);
    const reader = await readFrom(router);
    const began = Date.now();
    const paths = ['/', '/status/404', '/status/500', '/slow/60', '/length'];
    for (let round = 0; round < 8; round++) {
      await Promise.all(paths.map(async (path) => (await get(path)).text()));
    }
    const items = await reader.until(40);
    assert.equal(items.length, 40);
    assert.equal(reader.missed, 0);
    for (const { backend, reached } of [stable, candidate]) {
      assert.equal(items.filter(({ release }) => release === backend.release).length, reached(), backend.release);
    }
    assert.deepEqual(
      [404, 500, 200].map((status) => withStatus(items, status).length),
      [8, 8, 24],
    );
    assert.ok(items.filter(({ ms }) => ms >= 55).length >= 8, 'slow requests are slow');
    assert.ok(items.every(({ ms }) => ms >= 0 && ms < 3_000));
    assert.ok(
      items.every(({ at }) => at >= began - 5 && at <= Date.now() + 5),
      'times are those of the wall clock',
    );
    assert.ok(
      items.every(({ client }) => client === null),
      'nobody had a cookie',
    );
  });

  check('tells clients apart, and knows one again', async (scene) => {
    const { apply, get, router } = scene;
    await apply(SPLIT);
    const reader = await readFrom(router);
    const cookies = [await newClient(scene), await newClient(scene)];
    for (const cookie of cookies) for (let turn = 0; turn < 3; turn++) await (await get('/', { cookie })).text();
    const clients = (await reader.until(8)).map(({ client }) => client);
    assert.deepEqual(clients.slice(0, 2), [null, null]);
    assert.equal(new Set(clients.slice(2, 5)).size, 1);
    assert.equal(new Set(clients.slice(5)).size, 1);
    assert.ok(clients[2] && clients[5] && clients[2] !== clients[5]);
  });

  check('keeps a client of an older cookie where it was, and gives it a key', async (scene) => {
    const { apply, get, candidate } = scene;
    await apply(SPLIT);
    const response = await get('/', { cookie: 'belay_bucket=9999' });
    assert.equal(await response.text(), candidate.backend.release);
    assert.match(cookieOf(response), /^belay_bucket=9999\.[0-9a-f]{12};/);
  });

  check('leaves out those who chose their release, and what is not split', async (scene) => {
    const { apply, get, router } = scene;
    await apply({ stable: 1 });
    const reader = await readFrom(router);
    await (await get('/status/404')).text();
    await apply(SPLIT);
    await (await get('/status/404', { 'x-belay-release': 'stable' })).text();
    await (await get()).text();
    assert.deepEqual(withStatus(await reader.until(1), 404), []);
  });

  check('sees streams when they become streams', async (scene) => {
    const { apply, get, origin, router } = scene;
    await apply(SPLIT);
    const reader = await readFrom(router);
    const events = await get('/events');
    const socket = await upgrade(origin);
    const statuses = (await reader.until(2)).map(({ status }) => status).toSorted((a, b) => a - b);
    assert.deepEqual(statuses, [101, 200]);
    socket.destroy();
    await events.body?.cancel();
    await (await get()).text();
    assert.equal((await reader.until(3)).length, 3, 'their end is no second request');
  });

  check('sees a request that got no answer', async (scene) => {
    const { apply, get, router, candidate } = scene;
    await apply({ stable: 0.0001, 'candidate-1': 0.9999 });
    const reader = await readFrom(router);
    await candidate.close();
    await (await get('/', { cookie: 'belay_bucket=9999' })).text();
    const [item] = await reader.until(1);
    assert.deepEqual([item?.release, item?.status], ['candidate-1', 0]);
  });
}

/** Those that need a router with limits of their own. */
export function observingWithin(check: Check): void {
  check('gives up on a release that hangs, once', async (scene) => {
    const { apply, get, router } = scene;
    await apply(SPLIT);
    const reader = await readFrom(router);
    const slow = get('/slow/2600');
    const [item] = await reader.until(1);
    assert.equal(item?.status, 0);
    assert.ok(item.ms >= 950 && item.ms < 2_500, `after ${item.ms} ms`);
    await (await slow).text();
    await (await get()).text();
    assert.deepEqual(
      (await reader.until(2)).map(({ status }) => status),
      [0, 200],
    );
  });

  check('counts what it had to forget', async (scene) => {
    const { apply, get, router } = scene;
    await apply(SPLIT);
    const { next } = await router.observations(null);
    for (let turn = 0; turn < 30; turn++) await (await get()).text();
    await eventually('all 30 are accounted for', async () => {
      const { items, missed } = await router.observations(next);
      return items.length === 8 && missed === 22;
    });
  });
}
