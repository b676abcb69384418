/** An embedded router that listens on a free port. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  createEmbeddedRouter,
  type EmbeddedRouter,
  type EmbeddedRouterOptions,
} from '../../../src/routers/embedded/embedded-router.ts';

export interface ListeningRouter {
  readonly router: EmbeddedRouter;
  readonly origin: string;
  readonly port: number;
  close(): Promise<void>;
}

export async function openEmbeddedRouter(options: Partial<EmbeddedRouterOptions> = {}): Promise<ListeningRouter> {
  const router = createEmbeddedRouter({ now: () => performance.now(), ...options });
  router.server.listen(0, '127.0.0.1');
  await once(router.server, 'listening');
  const { port } = router.server.address() as AddressInfo;
  return { router, port, origin: `http://127.0.0.1:${port}`, close: () => router.close() };
}
