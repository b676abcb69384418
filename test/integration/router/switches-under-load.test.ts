/** Fifty switches of releases under load, each followed by the end of the old one, lose nothing (guarantee 5). */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { startReleaseServer, type ReleaseServer } from '../../../src/testing/release-server.ts';
import { openEmbeddedRouter, type ListeningRouter } from './open-embedded-router.ts';

const SWITCHES = 50;

let listening: ListeningRouter;
beforeEach(async () => {
  listening = await openEmbeddedRouter();
});
afterEach(async () => listening.close());

interface Ask {
  readonly path: string;
  readonly method?: string;
  readonly body?: Buffer;
  readonly expected: RegExp;
}

const agent = new Agent({ keepAlive: true });

/** Over a kept connection, as browsers and load balancers ask. */
async function ask({ path, method = 'GET', body, expected }: Ask): Promise<void> {
  const call = request(listening.origin + path, { method, agent });
  // In pieces, so that uploads are on their way when the switch comes.
  if (body) for (let at = 0; at < body.length; at += 65_536) call.write(body.subarray(at, at + 65_536));
  call.end();
  const [answer] = await once(call, 'response');
  let text = '';
  for await (const part of answer) text += String(part);
  if (answer.statusCode !== 200 || !expected.test(text))
    throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
}

async function followEvents(): Promise<void> {
  const response = await fetch(`${listening.origin}/events`);
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await delay(20);
  await reader?.cancel();
  if (!/^data: r\d+/.test(Buffer.from(value ?? []).toString())) throw new Error(`events: ${response.status}`);
}

/** Two turns with a pause: a switch falls between them often, and the old release goes on answering. */
async function talk(): Promise<void> {
  const socket = new WebSocket(listening.origin.replace('http', 'ws'));
  await once(socket, 'open');
  for (const word of ['one', 'two']) {
    socket.send(word);
    const [data] = await once(socket, 'message');
    if (!String(data).endsWith(word)) throw new Error(`web socket: ${String(data)}`);
    await delay(10);
  }
  socket.close();
  await once(socket, 'close');
}

function startRelease(name: string): Promise<ReleaseServer> {
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on('connection', (socket) =>
    socket.on('message', (data: Buffer) => socket.send(`${name}:${data.toString()}`)),
  );
  return startReleaseServer(name, (req, socket, head) =>
    sockets.handleUpgrade(req, socket, head, (opened) => sockets.emit('connection', opened, req)),
  );
}

test('50 switches under load lose no request, upload, event stream or web socket', async () => {
  const { router } = listening;
  const upload = Buffer.alloc(300_000, 1);
  const quickMs: number[] = [];
  const quick = async () => {
    const began = performance.now();
    await ask({ path: '/', expected: /^r\d+$/ });
    quickMs.push(performance.now() - began);
  };
  const kinds: [name: string, clients: number, once: () => Promise<void>][] = [
    ['quick', 4, quick],
    ['slow', 3, () => ask({ path: '/slow/40', expected: /^r\d+$/ })],
    ['upload', 2, () => ask({ path: '/length', method: 'POST', body: upload, expected: /^300000$/ })],
    ['events', 2, followEvents],
    ['web socket', 2, talk],
  ];
  const counts: Record<string, number> = {};
  const failures: string[] = [];
  const ended = new AbortController();
  const client = async (name: string, run: () => Promise<void>) => {
    while (!ended.signal.aborted) {
      await run().then(
        () => (counts[name] = (counts[name] ?? 0) + 1),
        (error: unknown) => failures.push(`${name}: ${String(error)}`),
      );
      await delay(2);
    }
  };

  /** The load is in full swing on the release that is about to go. */
  const everyKindMoved = async () => {
    const before = { ...counts };
    const moved = () => kinds.every(([name]) => (counts[name] ?? 0) > (before[name] ?? 0)) || failures.length > 0;
    await vi.waitFor(() => expect(moved()).toBe(true), { timeout: 10_000, interval: 2 });
  };

  let live = await startRelease('r0');
  await router.apply({ backends: [live.backend], shares: { r0: 1 }, holdMs: null });
  const clients = kinds.flatMap(([name, number, run]) => Array.from({ length: number }, () => client(name, run)));
  let lost = 0;
  for (let index = 1; index <= SWITCHES; index++) {
    const next = await startRelease(`r${index}`);
    const old = live;
    await everyKindMoved();
    const backends = [old.backend, next.backend];
    await router.apply({ backends, shares: { [next.backend.release]: 1 }, holdMs: null });
    const cut = await router.drain(old.backend.release, { requestsMs: 10_000, streamsMs: 10_000 });
    expect(cut).toEqual({ requests: 0, streams: 0 });
    lost += (await router.stats()).find(({ release }) => release === old.backend.release)?.classes.lost ?? 0;
    await old.close();
    live = next;
    await router.apply({ backends: [next.backend], shares: { [next.backend.release]: 1 }, holdMs: null });
  }
  ended.abort();
  await Promise.all(clients);
  agent.destroy();
  await live.close();

  expect(failures).toEqual([]);
  expect(lost).toBe(0);
  for (const [name] of kinds) expect(counts[name], name).toBeGreaterThanOrEqual(SWITCHES);
  const p99 = quickMs.toSorted((a, b) => a - b)[Math.floor(quickMs.length * 0.99)];
  // Clients, router and releases share this one process; the bound only shows that nobody waited for a switch.
  expect(p99).toBeLessThan(500);
  process.stderr.write(`${JSON.stringify(counts)}, quick p99 ${p99?.toFixed(1)} ms\n`);
});
