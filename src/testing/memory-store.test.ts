/** The store in memory passes the suite that every store passes. */
import { describe, expect, test } from 'vitest';
import type { Store } from '../stores/store.ts';
import { memoryPlace } from './memory-store.ts';
import { storeContract } from './store-contract.ts';
import { COUNTING_VIEWS, HOLDER } from './store-suite.ts';

describe('memory store', () => {
  storeContract({
    test,
    open: async () => {
      const place = memoryPlace();
      const stores: Store[] = [];
      return {
        async open(views) {
          const store = place.open(views);
          stores.push(store);
          return store;
        },
        tamper: async (environment, n, data) => place.tamper(environment, n, data),
        async dispose() {
          await Promise.all(stores.map((store) => store.close()));
        },
      };
    },
  });
});

test('with a clock that all share, a lease past its term is free, and says so (G12)', async () => {
  let now = 0;
  const store = memoryPlace({ now: () => now, judgesExpiry: true }).open(COUNTING_VIEWS);
  const request = { holder: HOLDER, ttlMs: 30_000 };
  await store.leases.acquire('production', { ...request, nonce: 'first' });
  now = 30_000;
  expect(await store.leases.acquire('production', { ...request, nonce: 'second' })).toMatchObject({ granted: false });
  now = 30_001;
  expect(await store.leases.read('production')).toMatchObject({ expired: true });
  expect(await store.leases.acquire('production', { ...request, nonce: 'second' })).toMatchObject({
    granted: true,
    former: { nonce: 'first' },
  });
});
