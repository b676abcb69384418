/** What happens to a request when connections fail, and what travels with it. */
import { once } from 'node:events';
import { createServer as createHttpServer, request, type RequestListener, type Server } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startReleaseServer } from '../../../src/testing/release-server.ts';
import { openEmbeddedRouter, type ListeningRouter } from './open-embedded-router.ts';

let listening: ListeningRouter;
const servers: { close(): unknown }[] = [];
beforeEach(async () => {
  listening = await openEmbeddedRouter({ waitingPlaces: 2 });
});
afterEach(async () => {
  await listening.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function goLive(port: number, release = 'live'): Promise<void> {
  const backends = [{ release, host: '127.0.0.1', port }];
  await listening.router.apply({ backends, shares: { [release]: 1 }, holdMs: null });
}

async function serveHttp(listener: RequestListener): Promise<Server> {
  const server = createHttpServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push({ close: () => server.close().closeAllConnections() });
  await goLive((server.address() as AddressInfo).port);
  return server;
}

/** Answers nothing but what `act` writes; counts connections and requests. */
async function serveRaw(act: (socket: Socket, request: number) => void) {
  const seen = { connections: 0, requests: 0 };
  const server = createServer((socket) => {
    seen.connections += 1;
    let onThis = 0;
    socket.on('error', () => socket.destroy());
    socket.on('data', () => {
      seen.requests += 1;
      act(socket, (onThis += 1));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  await goLive((server.address() as AddressInfo).port);
  return seen;
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const stats = async () => (await listening.router.stats())[0];

/** Sends raw text to the router and reads until it closes. */
async function raw(text: string): Promise<string> {
  const socket = connect(listening.port, '127.0.0.1');
  socket.write(text);
  let answer = '';
  for await (const part of socket) answer += String(part);
  return answer;
}

test('a refused upload goes whole to the release that is live a moment later', async () => {
  const gone = await startReleaseServer('gone');
  await gone.close();
  const next = await startReleaseServer('next');
  servers.push(next);
  await goLive(gone.backend.port, 'gone');
  const body = Buffer.alloc(200_000, 1);
  const upload = fetch(`${listening.origin}/length`, { method: 'POST', body });
  await vi.waitFor(async () => expect((await stats())?.inFlight).toBe(1), { interval: 1 });
  await goLive(next.backend.port, 'next');
  expect(await (await upload).text()).toBe('200000');
});

test('a kept connection that the release closes under a request costs nothing', async () => {
  const seen = await serveRaw((socket, nth) => (nth === 1 ? socket.write(OK) : socket.destroy()));
  for (let index = 0; index < 4; index++) expect(await (await fetch(listening.origin)).text()).toBe('ok');
  expect(seen.connections).toBeGreaterThan(1);
  expect((await stats())?.classes).toMatchObject({ '2xx': 4, lost: 0 });
});

test('what must not be sent twice never travels on a kept connection, and is sent once', async () => {
  const seen = await serveRaw((socket, nth) => (nth === 1 ? socket.write(OK) : socket.destroy()));
  await (await fetch(listening.origin)).text();
  expect(await (await fetch(listening.origin, { method: 'POST', body: 'x' })).text()).toBe('ok');
  const dying = await serveRaw((socket) => socket.destroy());
  expect((await fetch(listening.origin, { method: 'POST' })).status).toBe(502);
  expect([seen.connections, seen.requests, dying.requests]).toEqual([2, 2, 1]);
});

test('a release that dies in the middle of an answer is blamed, and the client is told', async () => {
  await serveRaw((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
    setImmediate(() => socket.destroy());
  });
  await expect(fetch(listening.origin).then((response) => response.text())).rejects.toThrow();
  await vi.waitFor(async () => expect((await stats())?.classes).toMatchObject({ '2xx': 0, lost: 1 }));
});

test('a client that leaves is nobody’s fault, and the release is told', async () => {
  const closed = deferred();
  await serveHttp((_req, res) => res.once('close', () => closed.resolve()));
  const call = request(listening.origin).on('error', () => undefined);
  call.end();
  await vi.waitFor(async () => expect((await stats())?.inFlight).toBe(1));
  call.destroy();
  await closed.promise;
  expect(await stats()).toMatchObject({ inFlight: 0, classes: { lost: 0 } });
});

test('headers of one connection stay behind, both ways', async () => {
  let seen: NodeJS.Dict<string | string[]> = {};
  await serveHttp((req, res) => {
    seen = req.headers;
    res.writeHead(200, { Connection: 'close, X-Private', 'X-Private': '1', 'X-Public': '2' }).end('ok');
  });
  const answer = await raw(
    'GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\nTE: gzip\r\nX-Yours: 2\r\n\r\n',
  );
  expect(seen).toMatchObject({ host: 'shop.example', 'x-yours': '2', 'x-forwarded-host': 'shop.example' });
  expect(seen['forwarded']).toBe('for=127.0.0.1;host="shop.example";proto=http');
  for (const name of ['x-mine', 'te']) expect(seen).not.toHaveProperty(name);
  expect(answer).toMatch(/X-Public: 2/i);
  expect(answer).not.toMatch(/X-Private/i);
});

test('answers without a body, and HEAD, pass as they are', async () => {
  await serveHttp((req, res) => {
    if (req.method === 'HEAD') res.writeHead(200, { 'Content-Length': 5 }).end();
    else res.writeHead(req.url === '/304' ? 304 : 204).end();
  });
  const head = await fetch(listening.origin, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '5']);
  expect((await fetch(listening.origin)).status).toBe(204);
  expect((await fetch(`${listening.origin}/304`)).status).toBe(304);
});

test('an answer that comes before the upload is over reaches the client', async () => {
  await serveHttp((_req, res) => res.writeHead(413, { Connection: 'close' }).end('too large'));
  const call = request(listening.origin, { method: 'POST' });
  const sent = once(call, 'finish');
  call.write(Buffer.alloc(1_000));
  const [answer] = await once(call, 'response');
  expect(answer.statusCode).toBe(413);
  call.end(Buffer.alloc(5_000_000));
  let text = '';
  for await (const part of answer) text += String(part);
  expect(text).toBe('too large');
  await sent;
});

test('an upgrade to something else than a web socket is answered as if it was not asked for', async () => {
  await serveHttp((req, res) => res.end(`plain ${req.headers.upgrade ?? '-'}`));
  const answer = await raw('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(answer).toContain('plain -');
});

test('a release that refuses a web socket answers the client itself', async () => {
  await serveHttp((_req, res) => res.writeHead(401).end('log in'));
  const answer = await raw('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 401/);
  expect(answer).toContain('log in');
});

test('a hold has only so many places', async () => {
  await listening.router.apply({ backends: [], shares: {}, holdMs: 400 });
  const calls = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const began = performance.now();
      const { status } = await fetch(listening.origin);
      return { status, waited: performance.now() - began > 300 };
    }),
  );
  expect(calls.map(({ status }) => status)).toEqual([503, 503, 503]);
  expect(calls.filter(({ waited }) => waited).length).toBe(2);
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
