/** The embedded router in a process of its own, as in the daemon. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createEmbeddedRouter } from '../../src/routers/embedded/embedded-router.ts';
import type { RouteTable } from '../../src/routers/router.ts';
import { serveParent } from './children.ts';

export type RouterRequest =
  | { readonly do: 'listen' }
  | { readonly do: 'apply'; readonly table: RouteTable }
  | { readonly do: 'drain'; readonly release: string };

const router = createEmbeddedRouter({ now: () => performance.now() });

async function handle(request: RouterRequest): Promise<unknown> {
  switch (request.do) {
    case 'listen':
      router.server.listen(0, '127.0.0.1');
      await once(router.server, 'listening');
      return (router.server.address() as AddressInfo).port;
    case 'apply':
      return router.apply(request.table);
    case 'drain':
      return router.drain(request.release, { requestsMs: 10_000, streamsMs: 10_000 });
  }
}

serveParent(handle);
