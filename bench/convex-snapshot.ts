/** A snapshot of a large Convex deployment: exported, downloaded, read back; and what was written since, counted. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConvexData } from '../src/databases/convex.ts';
import { createConvexClient } from '../src/platforms/convex/client.ts';
import type { ConvexAddress } from '../src/platforms/convex/deployment.ts';
import { createExec } from '../src/util/exec.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { startHelper } from './support/children.ts';
import { milliseconds, verdict } from './support/statistics.ts';

const DOCUMENTS = 1_000_000;
const MOST_MB = 150;
const LOOK_MS = 50;
const MEGABYTE = 1_048_576;

/** The most memory that this process had while `work` ran. */
async function peakMb(work: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  const look = () => void (peak = Math.max(peak, process.memoryUsage.rss()));
  const timer = setInterval(look, LOOK_MS);
  await work();
  look();
  clearInterval(timer);
  return Math.round(peak / MEGABYTE);
}

export const bench: Bench = {
  title: `A snapshot of ${DOCUMENTS.toLocaleString('en')} documents`,
  async run(): Promise<readonly BenchRow[]> {
    const deployment = startHelper(new URL('support/convex-process.ts', import.meta.url));
    const root = mkdtempSync(join(tmpdir(), 'belay-bench-convex-'));
    try {
      const address = await deployment.ask<ConvexAddress>({ do: 'start', documents: DOCUMENTS });
      const client = createConvexClient(address);
      const data = createConvexData({
        what: 'people',
        client: async () => client,
        snapshots: root,
        includeStorage: false,
        scratch: null,
        validation: { off: async () => undefined, isOff: async () => false, on: async () => true },
      });
      const ctx = { signal: new AbortController().signal, exec: createExec({}), say: () => undefined };
      const before = Math.round(process.memoryUsage.rss() / MEGABYTE);
      const rows: BenchRow[] = [];
      const measure = async (what: string, work: () => Promise<unknown>) => {
        let peak = 0;
        const took = await milliseconds(async () => void (peak = await peakMb(work)));
        rows.push({
          case: what,
          seconds: Number((took / 1_000).toFixed(1)),
          'peak MB': peak,
          'MB before': before,
          ...verdict(`below ${MOST_MB} MB`, peak < MOST_MB),
        });
      };
      await measure('exported, downloaded, read back', () => data.snapshot(ctx, 'large'));
      const snapshot = await data.find(ctx, 'large');
      if (!snapshot) throw new Error('there is no snapshot');
      await deployment.ask({ do: 'write', documents: 1_000 });
      await measure('what was written since, counted', () => data.writesSince(ctx, snapshot));
      return rows;
    } finally {
      await deployment.stop();
      rmSync(root, { recursive: true, force: true });
    }
  },
};
