/** Weights that change and rollouts that are taken back under load of every kind lose nothing, and every request is seen (guarantee 5). */
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { startReleaseServer, type ReleaseServer } from '../../../src/testing/release-server.ts';
import type { Observation } from '../../../src/routers/router.ts';
import type { RouterUnderTest } from '../../../src/testing/router-scene.ts';
import { openEmbeddedRouter } from './open-embedded-router.ts';
import { openHaproxyRouter } from './open-haproxy-router.ts';
import { startRouterLoad } from './router-load.ts';

const CHANGES = 50;
const ABORTS = 20;

const ROUTERS: readonly [string, () => Promise<RouterUnderTest>][] = [
  ['embedded', openEmbeddedRouter],
  ['haproxy', openHaproxyRouter],
];

function startRelease(name: string): Promise<ReleaseServer> {
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on('connection', (socket) =>
    socket.on('message', (data: Buffer) => socket.send(`${name}:${data.toString()}`)),
  );
  return startReleaseServer(name, (req, socket, head) =>
    sockets.handleUpgrade(req, socket, head, (opened) => sockets.emit('connection', opened, req)),
  );
}

interface Scene extends RouterUnderTest {
  readonly stable: ReleaseServer;
  readonly candidate: ReleaseServer;
  /** Gives the candidate this share. */
  share(its: number): Promise<void>;
}

async function inScene(open: () => Promise<RouterUnderTest>, run: (scene: Scene) => Promise<void>): Promise<void> {
  const under = await open();
  const [stable, candidate] = await Promise.all([startRelease('stable'), startRelease('candidate')]);
  const backends = [stable.backend, candidate.backend];
  const share = (its: number) => {
    const shares: Record<string, number> = its === 0 ? { stable: 1 } : { stable: 1 - its, candidate: its };
    return under.router.apply({ backends, shares, holdMs: null });
  };
  try {
    await run({ ...under, stable, candidate, share });
  } finally {
    await Promise.all([under.close(), stable.close(), candidate.close()]);
  }
}

/** Reads on until every request that reached the releases was observed, and not one more. */
async function expectAllSeen({ router, stable, candidate }: Scene, after: string): Promise<void> {
  const items: Observation[] = [];
  let next = after;
  const count = (name: string) => items.filter(({ release }) => release === name).length;
  await expect
    .poll(async () => {
      const more = await router.observations(next);
      next = more.next;
      items.push(...more.items);
      expect([more.missed, more.restarted]).toEqual([0, undefined]);
      return [count('stable'), count('candidate')];
    })
    .toEqual([stable.reached(), candidate.reached()]);
  expect(new Set(items.map(({ status }) => status))).toEqual(new Set([200, 101]));
}

test.each(ROUTERS)('%s: changed weights and aborts lose nothing, and each request is seen once', (name, open) =>
  inScene(open, async (scene) => {
    const { router, origin, candidate, share } = scene;
    await share(0.5);
    const { next } = await router.observations(null);
    const load = startRouterLoad(origin);
    await load.mixed(1);
    for (let change = 1; change <= CHANGES; change++) {
      await load.moved(8);
      await share((change % 10) / 10 + 0.05);
    }
    for (let abort = 0; abort < ABORTS; abort++) {
      await share(0.6);
      await load.moved(8);
      await share(0);
      await load.moved(16);
      const before = candidate.reached();
      await load.moved(8);
      expect(candidate.reached(), 'everyone is back').toBe(before);
    }
    await load.mixed(10);
    await load.stop();
    process.stderr.write(`${name}: ${JSON.stringify(load.counts)}\n`);
    expect(load.failures).toEqual([]);
    await expectAllSeen(scene, next);
    expect((await router.stats()).map(({ classes }) => classes.lost)).toEqual([0, 0]);
  }),
);

test.each(ROUTERS)('%s: a candidate that is killed under load costs its clients next to nothing', (name, open) =>
  inScene(open, async ({ origin, candidate, share }) => {
    await share(0.5);
    const load = startRouterLoad(origin, { streams: false, quickClients: 12 });
    await load.moved(400);
    await candidate.close();
    await share(0);
    await load.moved(1_100);
    await load.stop();
    process.stderr.write(`${name}: ${load.failures.length} of 1,500 lost: ${load.failures.slice(0, 3).join('; ')}\n`);
    expect(load.failures.length).toBeLessThanOrEqual(1);
  }),
);
