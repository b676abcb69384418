/** A Convex deployment with many documents, in a process of its own: its memory is not ours. */
import { startConvexEmulator } from '../../src/emulators/convex/emulator.ts';
import { serveParent } from './children.ts';

export interface ConvexRequest {
  readonly do: 'start' | 'write';
  readonly documents: number;
}

const BATCH = 10_000;
const emulator = startConvexEmulator();

serveParent(async ({ documents }: ConvexRequest) => {
  const convex = await emulator;
  for (let from = 0; from < documents; from += BATCH) {
    const size = Math.min(BATCH, documents - from);
    const batch = Array.from({ length: size }, (_, index) => ({
      name: `person ${from + index}`,
      email: `person-${from + index}@example.com`,
      age: (from + index) % 90,
    }));
    await convex.insert('people', batch);
  }
  return { url: convex.url, adminKey: convex.adminKey };
});
