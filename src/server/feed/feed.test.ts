/** The moment between catching up and being among the others, which no test over a network meets for sure. */
import { expect, test } from 'vitest';
import { VIEWS } from '../../core/views.ts';
import { memoryStore } from '../../testing/memory-store.ts';
import { createFeed } from './feed.ts';
import type { Viewer } from './viewer.ts';

const ENVIRONMENT = 'production';

async function journal() {
  const store = memoryStore(VIEWS);
  const holder = { user: 'mia', host: 'h', bootId: 'b', pid: 1, pidStart: '1', tool: 't' };
  const taken = await store.leases.acquire(ENVIRONMENT, { holder, nonce: 'n', ttlMs: 60_000 });
  if (!taken.granted) throw new Error('no lease');
  let count = 0;
  return {
    store,
    async append() {
      count += 1;
      const at = '2026-11-21T10:00:00.000Z';
      const event = { kind: 'alert.raised', deployment: null, actor: 'mia', at, data: { what: 'look' } } as const;
      await store.append(taken.fence, [{ ...event, id: `e${count}` }]);
    },
  };
}

function viewerThat(meanwhile: () => Promise<void>): Viewer & { readonly numbers: number[] } {
  const numbers: number[] = [];
  return {
    numbers,
    wanted: {},
    open: true,
    send(bytes) {
      const text = new TextDecoder().decode(bytes);
      const [, n] = /"n":(\d+)/.exec(text) ?? [];
      if (n !== undefined) numbers.push(Number(n));
      return true;
    },
    drained: meanwhile,
    end: () => undefined,
    onClose: () => undefined,
  };
}

test('what happens while somebody catches up comes to them once, in its place', async () => {
  const { store, append } = await journal();
  for (let n = 0; n < 3; n += 1) await append();
  const feed = createFeed({ store, names: async () => [ENVIRONMENT], pollMs: 5, log: () => undefined });
  const other = viewerThat(async () => undefined);
  await feed.watch(other, null);
  // Taking what it has missed lasts, and the journal goes on.
  const viewer = viewerThat(async () => {
    await append();
    await expect.poll(() => other.numbers).toEqual([4]);
  });
  await feed.watch(viewer, new Map([[ENVIRONMENT, 1]]));
  await append();
  await expect.poll(() => other.numbers).toEqual([4, 5]);
  await expect.poll(() => viewer.numbers).toEqual([2, 3, 4, 5]);
  await feed.close();
});
