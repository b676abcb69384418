/** The Convex store against the store contract, every call within what Convex allows in one transaction. */
import { describe, test } from 'vitest';
import { openConvex } from '../../../src/stores/convex/convex.ts';
import type { Store } from '../../../src/stores/store.ts';
import { storeContract, type StoreUnderTest } from '../../../src/testing/store-contract.ts';
import { serveComponent } from './component-server.ts';

/** The vendor's test engine looks through all documents for each: a thousand events take it seconds. */
const SLOW_MS = 90_000;

async function subject(): Promise<StoreUnderTest> {
  const server = await serveComponent();
  const stores: Store[] = [];
  return {
    async open(views) {
      const store = await openConvex({ access: server, views, limitMs: SLOW_MS });
      stores.push(store);
      return store;
    },
    async tamper(environment, n, data) {
      await server.component.run(async (ctx) => {
        const rows = await ctx.db.query('events').collect();
        const row = rows.find((one) => one.environment === environment && one.n === n);
        if (row) await ctx.db.patch('events', row._id, { data });
      });
    },
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
      await server.close();
    },
  };
}

describe('convex store', () => {
  storeContract({ test, open: subject });
});
