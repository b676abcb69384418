/** What every router must do, as a suite for any test runner: `routerContract({ test, open })`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RouteTable } from '../routers/router.ts';
import {
  cookieOf,
  eventually,
  inScene,
  statsOf,
  upgrade,
  type Check,
  type RouterLimits,
  type RouterUnderTest,
} from './router-scene.ts';
import { observing, observingWithin } from './router-observing.ts';
import { draining, holding } from './router-switching.ts';

export type { RouterLimits, RouterUnderTest } from './router-scene.ts';

export interface RouterContract {
  /** The runner's own: `test` of Vitest, `node:test`. */
  readonly test: (name: string, run: () => Promise<void>) => void;
  /** A fresh router that listens, with its own limits where none are given. */
  readonly open: (limits?: RouterLimits) => Promise<RouterUnderTest>;
}

export function routerContract({ test, open }: RouterContract): void {
  const check: Check = (name, run) => test(name, inScene(open, run));
  const limits: RouterLimits = { patienceMs: 1_000, keptObservations: 8 };
  observing(check);
  observingWithin((name, run) =>
    test(
      name,
      inScene(() => open(limits), run),
    ),
  );
  routing(check);
  forwarding(check);
  counting(check);
  holding(check);
  draining(check);
}

function routing(check: Check): void {
  check('reads back the table that is in force', async ({ router, stable, candidate }) => {
    const table: RouteTable = {
      backends: [stable.backend, candidate.backend],
      shares: { stable: 0.75, 'candidate-1': 0.25 },
      holdMs: null,
    };
    await router.apply(table);
    assert.deepEqual(await router.table(), table);
  });

  check('sends everything to the only release with a share, and sets no cookie', async ({ apply, get }) => {
    await apply({ stable: 1 });
    const response = await get();
    assert.equal(await response.text(), 'stable');
    assert.equal(cookieOf(response), '');
  });

  check('says that nothing is live', async ({ apply, get, stable }) => {
    await apply({});
    const response = await get();
    assert.equal(response.status, 503);
    assert.equal(stable.reached(), 0);
  });

  check('splits new clients by the shares', async ({ apply, get, candidate }) => {
    await apply({ stable: 0.7, 'candidate-1': 0.3 });
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 25 }, async () => (await get()).text()));
    }
    // 500 draws at 0.3: 150 expected, standard deviation 10; six of them.
    assert.ok(Math.abs(candidate.reached() - 150) < 62, `${candidate.reached()} of 500 at a share of 0.3`);
  });

  check('keeps a client where it is, moves more to a growing candidate, and all back at share 0', async (scene) => {
    const { apply, get } = scene;
    await apply({ stable: 0.5, 'candidate-1': 0.5 });
    const clients = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const first = await get();
        return { cookie: cookieOf(first).split(';')[0] ?? '', release: await first.text() };
      }),
    );
    const again = () => Promise.all(clients.map(async ({ cookie }) => (await get('/', { cookie })).text()));
    assert.deepEqual(
      await again(),
      clients.map(({ release }) => release),
    );
    await apply({ stable: 0.2, 'candidate-1': 0.8 });
    const grown = await again();
    clients.forEach(({ release }, index) => {
      if (release === 'candidate-1') assert.equal(grown[index], 'candidate-1');
    });
    assert.ok(
      grown.filter((release) => release === 'candidate-1').length >
        clients.filter(({ release }) => release !== 'stable').length,
    );
    await apply({ stable: 1 });
    assert.deepEqual(new Set(await again()), new Set(['stable']));
  });

  check('lets a header reach a release without a share, and keeps the header to itself', async ({ apply, get }) => {
    await apply({ stable: 1 });
    for (const name of ['candidate-1', 'candidate']) {
      const response = await get('/', { 'x-belay-release': name });
      assert.equal(await response.text(), 'candidate-1');
    }
    const seen = (await (await get('/echo', { 'x-belay-release': 'stable' })).json()) as { headers: object };
    assert.ok(!('x-belay-release' in seen.headers));
  });
}

function forwarding(check: Check): void {
  check('forwards method, path, body and headers as they are, and says who asked', async ({ apply, origin }) => {
    await apply({ stable: 1 });
    const response = await fetch(`${origin}/echo?a=1&b=%20`, {
      method: 'PATCH',
      body: 'hello',
      headers: { 'X-Own': 'yes', 'X-Forwarded-For': '192.0.2.7' },
    });
    const seen = (await response.json()) as {
      method: string;
      url: string;
      body: string;
      headers: Record<string, string>;
    };
    assert.deepEqual([seen.method, seen.url, seen.body], ['PATCH', '/echo?a=1&b=%20', 'hello']);
    assert.equal(seen.headers['x-own'], 'yes');
    assert.match(seen.headers['x-forwarded-for'] ?? '', /^192\.0\.2\.7, ?127\.0\.0\.1$/);
    assert.equal(seen.headers['host'], new URL(origin).host);
    assert.deepEqual(response.headers.getSetCookie(), ['one=1', 'two=2']);
  });

  check('streams an upload of unknown length', async ({ apply, origin }) => {
    await apply({ stable: 1 });
    const chunk = new Uint8Array(64 * 1_024);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let index = 0; index < 64; index++) controller.enqueue(chunk);
        controller.close();
      },
    });
    const response = await fetch(`${origin}/length`, { method: 'POST', body, duplex: 'half' });
    assert.equal(await response.text(), String(64 * chunk.length));
  });

  check('passes events on as they come', async (scene) => {
    await scene.apply({ stable: 1 });
    const response = await scene.get('/events');
    const reader = response.body?.getReader();
    const first = await reader?.read();
    assert.equal(Buffer.from(first?.value ?? []).toString(), 'data: stable\n\n');
    await eventually('the stream is counted', async () => (await statsOf(scene, 'stable')).streams === 1);
    await reader?.cancel();
    await eventually('its end is seen', async () => (await statsOf(scene, 'stable')).inFlight === 0);
  });

  check('passes a WebSocket on in both directions', async (scene) => {
    await scene.apply({ stable: 1 });
    const socket = await upgrade(scene.origin);
    socket.write('ping');
    const [data] = (await once(socket, 'data')) as [Buffer];
    assert.equal(String(data), 'stable:ping');
    assert.equal((await statsOf(scene, 'stable')).streams, 1);
    socket.destroy();
    await eventually('its end is seen', async () => (await statsOf(scene, 'stable')).streams === 0);
  });
}

function counting(check: Check): void {
  check('counts answers by class, and their latency', async (scene) => {
    await scene.apply({ stable: 1 });
    for (const path of ['/', '/', '/status/302', '/status/404', '/status/500', '/slow/60']) {
      await (await fetch(scene.origin + path, { redirect: 'manual' })).text();
    }
    await eventually('all are counted', async () => {
      const { inFlight, latency } = await statsOf(scene, 'stable');
      return inFlight === 0 && latency.reduce((sum, { count }) => sum + count, 0) === 6;
    });
    const { classes, latency } = await statsOf(scene, 'stable');
    assert.deepEqual(classes, { '1xx': 0, '2xx': 3, '3xx': 1, '4xx': 1, '5xx': 1, lost: 0 });
    assert.ok((latency.at(-1)?.leMs ?? 0) >= 60);
    assert.deepEqual(
      latency.map(({ leMs }) => leMs),
      latency.map(({ leMs }) => leMs).toSorted((a, b) => a - b),
    );
  });

  check('answers and counts a request that found nobody', async (scene) => {
    await scene.apply({ stable: 1 });
    await scene.stable.close();
    const response = await scene.get();
    assert.ok(response.status === 502 || response.status === 503, String(response.status));
    await eventually('it is counted', async () => (await statsOf(scene, 'stable')).classes.lost === 1);
  });
}
