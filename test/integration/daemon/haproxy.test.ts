/** The daemon behind HAProxy: it is found again, brought back, exchanged, and ended. */
import { setTimeout as delay } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DaemonClient, RouterChoice } from '../../../src/daemon/protocol.ts';
import { fence, goLive, gone, kill, lives, makeDaemonHome, stateOf, until, type DaemonHome } from './daemon-home.ts';

const HAPROXY: RouterChoice = { kind: 'haproxy' };

let daemon: DaemonHome;
let client: DaemonClient;
beforeAll(async () => {
  daemon = makeDaemonHome();
  client = await daemon.connect();
});
afterAll(async () => {
  for (const app of ['found', 'killed', 'other']) killIfThere(app);
  await daemon.close();
});

const text = async (url: string) => (await fetch(url)).text();

/** Live behind the embedded router, then behind HAProxy. */
async function goLiveBehind(router: RouterChoice, app: string, releases: string[]): Promise<string> {
  const url = await goLive(daemon, client, app, releases);
  await client.listen(app, fence(), { host: '127.0.0.1', port: Number(new URL(url).port), router });
  return url;
}

function haproxyPid(app: string): number {
  const { pid } = JSON.parse(readFileSync(join(daemon.home, 'haproxy', app, 'haproxy.json'), 'utf8')) as {
    pid: number;
  };
  return pid;
}

function killIfThere(app: string): void {
  try {
    kill(-haproxyPid(app));
  } catch {
    // Its test did not get that far.
  }
}

/** Asks all the time, each time anew; what went wrong is kept. */
function asking(url: string) {
  const lost: string[] = [];
  let answered = 0;
  let stopped = false;
  const asker = (async () => {
    while (!stopped) {
      await text(url).then(
        () => (answered += 1),
        (error: unknown) => lost.push(String(error)),
      );
      await delay(2);
    }
  })();
  return {
    lost,
    answered: () => answered,
    async stop() {
      stopped = true;
      await asker;
    },
  };
}

test('an application may stand behind HAProxy; shares and requests are read from it', async () => {
  const url = await goLiveBehind(HAPROXY, 'found', ['f1', 'f2']);
  expect(await text(url)).toBe('f1');
  await client.route('found', fence(), { f1: 0.5, f2: 0.5 });
  const { next } = await client.observations('found', null, 0);
  for (let count = 0; count < 10; count++) await text(url);
  const seen = await client.observations('found', next, 5_000);
  expect(seen.items.length).toBeGreaterThan(0);
  const state = await stateOf(client, 'found');
  expect(state).toMatchObject({ router: 'haproxy', table: { shares: { f1: 0.5, f2: 0.5 } } });
});

test('the end of the daemon costs no request, and the next one finds the same HAProxy', async () => {
  const url = `http://127.0.0.1:${(await stateOf(client, 'found')).listen?.port}`;
  const before = haproxyPid('found');
  const load = asking(url);
  await until('requests flow', () => load.answered() > 20);
  const { pid } = await client.info();
  kill(pid);
  await until('another daemon is there', async () => (await client.info()).pid !== pid);
  await client.route('found', fence(), { f2: 1 });
  await until('more requests flow', () => load.answered() > 200);
  await load.stop();
  expect(load.lost).toEqual([]);
  expect(await text(url)).toBe('f2');
  expect(haproxyPid('found')).toBe(before);
  expect((await client.observations('found', null, 0)).items).toEqual([]);
});

test('a HAProxy that is killed comes back as it was', async () => {
  const url = await goLiveBehind(HAPROXY, 'killed', ['k1']);
  const before = haproxyPid('killed');
  kill(before);
  await gone([before]);
  await until('it answers again', () =>
    text(url).then(
      (answer) => answer === 'k1',
      () => false,
    ),
  );
  expect(haproxyPid('killed')).not.toBe(before);
  expect((await stateOf(client, 'killed')).table.shares).toEqual({ k1: 1 });
});

test('routers are exchanged under a live application, both ways', async () => {
  const url = await goLive(daemon, client, 'other', ['o1']);
  const port = Number(new URL(url).port);
  for (const router of [HAPROXY, { kind: 'embedded' } as const, HAPROXY]) {
    await client.listen('other', fence(), { host: '127.0.0.1', port, router });
    expect(await text(url)).toBe('o1');
    expect((await stateOf(client, 'other')).router).toBe(router.kind);
  }
});

test('without the program, what serves goes on serving', async () => {
  const url = await goLive(daemon, client, 'none', ['n1']);
  const port = Number(new URL(url).port);
  const missing = { kind: 'haproxy', program: '/nowhere/haproxy' } as const;
  await expect(client.listen('none', fence(), { host: '127.0.0.1', port, router: missing })).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    next: 'apt-get install haproxy',
  });
  expect(await text(url)).toBe('n1');
  expect((await stateOf(client, 'none')).router).toBe('embedded');
});

test('a shutdown of the daemon ends HAProxy', async () => {
  const pids = ['found', 'killed', 'other'].map(haproxyPid);
  expect(pids.every(lives)).toBe(true);
  await client.shutdown();
  expect(pids.filter(lives)).toEqual([]);
});
