/** The releases behind a router, in a process of their own: quick answers, slow ones, and streams that take their time. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { serveParent } from './children.ts';

export type ReleaseRequest =
  | { readonly do: 'open'; readonly release: string }
  | { readonly do: 'close'; readonly release: string };

/** A slow answer takes so long, a stream so many parts with so long between them. */
const SLOW_MS = 150;
const PARTS = 8;
const PART_MS = 25;
/** What a complete stream holds. */
export const STREAM = 'part\n'.repeat(PARTS);

const servers = new Map<string, Server>();

async function answer(path: string, response: ServerResponse, release: string): Promise<void> {
  response.setHeader('x-release', release);
  if (path === '/slow') await delay(SLOW_MS);
  if (path === '/stream') {
    for (let part = 0; part < PARTS; part++) {
      response.write('part\n');
      await delay(PART_MS);
    }
  }
  response.end(path === '/stream' ? '' : 'fine');
}

/** Answers the port of a release that was opened. A closed one ends at once: whoever still needs it has lost. */
async function handle({ do: what, release }: ReleaseRequest): Promise<number> {
  const running = servers.get(release);
  if (what === 'close') {
    running?.close();
    running?.closeAllConnections();
    servers.delete(release);
    return 0;
  }
  const server = createServer((request, response) => void answer(request.url ?? '/', response, release));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.set(release, server);
  return (server.address() as AddressInfo).port;
}

if (process.send) serveParent(handle);
