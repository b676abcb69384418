/** Listens, and ends cleanly: nobody is left hanging on a stream. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { DashboardApp } from './app.ts';

export interface Listening {
  close(): Promise<void>;
}

/** An address that was never answered is not kept open for it. */
const REQUEST_LIMIT_MS = 30_000;
const HEADERS_LIMIT_MS = 10_000;
const LAST_ANSWERS_MS = 1_000;

/** A server that listens before there is anything to answer: the port must be known to make the rest. @throws what `listen` says */
export async function listen(host: string, port: number): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer({ requestTimeout: REQUEST_LIMIT_MS, headersTimeout: HEADERS_LIMIT_MS });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { server, port: (server.address() as AddressInfo).port };
}

export function serve(server: Server, { app, feed }: DashboardApp): Listening {
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  server.on('request', (incoming, outgoing) => void listener(incoming, outgoing));
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await feed.close();
      server.closeIdleConnections();
      // An answer that is on its way may still arrive.
      const late = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS);
      await closed;
      clearTimeout(late);
    },
  };
}
