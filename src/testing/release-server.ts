/** A release as a router sees it: a small HTTP server that says which one it is. For contract suites. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Backend } from '../routers/router.ts';

export interface ReleaseServer {
  readonly backend: Backend;
  /** Requests that have reached it, upgrades included. */
  readonly reached: () => number;
  close(): Promise<void>;
}

export type OnUpgrade = (req: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * `/` answers its name, `/status/404` that status, `/slow/200` its name after so many milliseconds, `/echo` what it got,
 * `/length` the number of bytes of the body, `/events` an endless event stream; an upgrade echoes behind its name,
 * unless `onUpgrade` takes it.
 */
export async function startReleaseServer(release: string, onUpgrade?: OnUpgrade): Promise<ReleaseServer> {
  let reached = 0;
  const upgraded = new Set<Duplex>();
  const server = createServer((req, res) => {
    reached += 1;
    void answer(release, req, res);
  });
  server.on('upgrade', (req, socket, head) => {
    reached += 1;
    upgraded.add(socket);
    socket.on('error', () => socket.destroy());
    if (onUpgrade) return onUpgrade(req, socket, head);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accepted(req)}\r\n\r\n`,
    );
    socket.on('data', (data) => socket.write(`${release}:${String(data)}`));
    socket.on('end', () => socket.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    backend: { release, host: '127.0.0.1', port },
    reached: () => reached,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await closed;
    },
  };
}

/** RFC 6455 section 4.2.2: proxies may look whether the release has understood. */
function accepted({ headers }: IncomingMessage): string {
  const key = `${headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  return createHash('sha1').update(key).digest('base64');
}

async function answer(release: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const [, verb, argument] = (req.url ?? '/').split('/');
  if (verb === 'events') {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    res.write(`data: ${release}\n\n`);
    return;
  }
  if (verb === 'slow') await delay(Number(argument));
  if (verb === 'status') res.statusCode = Number(argument);
  const body = await bodyOf(req);
  if (verb?.startsWith('echo')) {
    res.setHeader('Set-Cookie', ['one=1', 'two=2']);
    res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, body: String(body) }));
    return;
  }
  res.end(verb === 'length' ? String(body.length) : release);
}

async function bodyOf(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    // The client went away: nobody will read the answer.
  }
  return Buffer.concat(chunks);
}
