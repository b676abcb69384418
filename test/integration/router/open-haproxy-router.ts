/** A HAProxy of its own on a free port, as the daemon runs it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHaproxyRouter, type HaproxyRouter } from '../../../src/routers/haproxy/haproxy-router.ts';
import type { HaproxyOptions } from '../../../src/routers/haproxy/options.ts';
import { freePort } from '../../support/postgres.ts';

export interface ListeningHaproxy {
  readonly router: HaproxyRouter;
  readonly origin: string;
  readonly port: number;
  readonly folder: string;
  readonly options: HaproxyOptions;
  close(): Promise<void>;
}

export async function openHaproxyRouter(changes: Partial<HaproxyOptions> = {}): Promise<ListeningHaproxy> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-haproxy-'));
  const options: HaproxyOptions = { name: 'shop', folder: join(folder, 'state'), socketFolder: folder, ...changes };
  const router = createHaproxyRouter(options);
  const port = await freePort();
  await router.listen({ host: '127.0.0.1', port });
  return {
    router,
    port,
    folder,
    options,
    origin: `http://127.0.0.1:${port}`,
    async close() {
      await router.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
