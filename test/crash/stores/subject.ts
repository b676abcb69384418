/** A store that several processes open, what must be true of it after any crash, and how to take it over. */
import assert from 'node:assert/strict';
import { EMPTY_CHAIN, isFault, verifyChain } from '../../../src/core/journal.ts';
import { openDriver } from '../../../src/stores/driver.ts';
import { openPostgres } from '../../../src/stores/postgres.ts';
import { openSqlite } from '../../../src/stores/sqlite.ts';
import type { Acquired, Fence, Store } from '../../../src/stores/store.ts';
import { COUNTING_VIEWS, HOLDER } from '../../../src/testing/store-suite.ts';

/** Passed to the programs as JSON. */
export type Location = { readonly path: string } | { readonly url: string; readonly schema: string };

export function openAt(location: Location): Promise<Store> {
  return 'path' in location
    ? openSqlite({ path: location.path, views: COUNTING_VIEWS })
    : openPostgres({ ...location, views: COUNTING_VIEWS });
}

export function request(nonce: string, ttlMs = 30_000): Parameters<Store['leases']['acquire']>[1] {
  return { holder: { ...HOLDER, pid: process.pid }, nonce, ttlMs };
}

/** Takes the lease from whoever has it: for tests that know the holder to be dead. */
export async function takeOver(store: Store, nonce: string): Promise<Fence> {
  const lease = await store.leases.read('production');
  const taken: Acquired = await store.leases.acquire(
    'production',
    lease ? { ...request(nonce), depose: lease } : request(nonce),
  );
  assert.ok(taken.granted, 'the lease of a dead holder can be taken over');
  return taken.fence;
}

/** No damage, no acknowledged event lost or doubled, the chain whole, the views in step; gives the number of events. */
export async function requireSound(location: Location, acknowledged: readonly string[]): Promise<number> {
  if ('path' in location) {
    const driver = openDriver(location.path);
    assert.deepEqual(driver.all('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
    driver.close();
  }
  const store = await openAt(location);
  try {
    const events = await store.read({ environment: 'production' });
    const chain = verifyChain(EMPTY_CHAIN, events);
    assert.ok(!isFault(chain), JSON.stringify(chain));
    assert.deepEqual(chain, await store.head('production'));
    const stored = new Set(events.map((event) => event.id));
    assert.deepEqual(
      acknowledged.filter((id) => !stored.has(id)),
      [],
      'no acknowledged event is lost',
    );
    const [row] = await store.view('deployments', { key: 'd1' });
    assert.equal((row?.row as { events: number } | undefined)?.events ?? 0, events.length, 'the views are in step');
    return events.length;
  } finally {
    await store.close();
  }
}
