/** A process of its own that appends events at a steady rate: store, environment, events a second, milliseconds. Prints how many. */
import { setTimeout as delay } from 'node:timers/promises';
import { VIEWS } from '../../src/core/views.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';

const [path = '', environment = '', perSecond = '', forMs = ''] = process.argv.slice(2);
const store = await openSqlite({ path, views: VIEWS });
const holder = { user: 'bench', host: 'bench', bootId: '-', pid: 0, pidStart: '-', tool: 'bench' };
const taken = await store.leases.acquire(environment, { holder, nonce: `bench-${Date.now()}`, ttlMs: 60_000 });
if (!taken.granted) throw new Error('the lease is held');
let count = 0;
for (const began = performance.now(); performance.now() - began < Number(forMs); count += 1) {
  const said = {
    kind: 'alert.raised',
    deployment: null,
    actor: 'bench',
    data: { what: 'about as long as most' },
  } as const;
  await store.append(taken.fence, [{ ...said, id: `bench-${Date.now()}-${count}`, at: new Date().toISOString() }]);
  await delay(Math.max(0, began + (count + 1) * (1_000 / Number(perSecond)) - performance.now()));
}
await store.leases.release(taken.fence);
await store.close();
process.stdout.write(`${count}\n`);
