/** Store contract: who may write (guarantees G1, G2), and that reading never waits for them (G19). */
import assert from 'node:assert/strict';
import { isProblem } from '../core/errors.ts';
import type { Fence, Store } from '../stores/store.ts';
import { COUNTING_VIEWS, type Declare, HOLDER, nonce, paused, take } from './store-suite.ts';

async function refused(store: Store, fence: Fence): Promise<void> {
  const before = await store.head(fence.environment);
  await assert.rejects(store.append(fence, [paused(`late-${nonce()}`)]), (error) => isProblem(error, 'FENCED'));
  assert.deepEqual(await store.head(fence.environment), before, 'a refused append leaves nothing behind');
}

export function authorityTests(declare: Declare): void {
  declare('an append without the lease, with another token or with another nonce is refused', async (subject) => {
    const store = await subject.open(COUNTING_VIEWS);
    await refused(store, { environment: 'production', token: 1, nonce: 'never' });
    const fence = await take(store);
    await store.append(fence, [paused('e1')]);
    await refused(store, { ...fence, token: fence.token - 1 });
    await refused(store, { ...fence, token: fence.token + 1 });
    await refused(store, { ...fence, nonce: 'guessed' });
    await refused(store, { ...fence, environment: 'staging' });
  });

  declare('a holder whose lease was taken over can append, renew and release nothing any more', async (subject) => {
    const [first, second] = [await subject.open(COUNTING_VIEWS), await subject.open(COUNTING_VIEWS)];
    const old = await take(first);
    const depose = { token: old.token, nonce: old.nonce, renewSeq: 0 };
    const taken = await second.leases.acquire('production', { holder: HOLDER, nonce: nonce(), ttlMs: 30_000, depose });
    assert.ok(taken.granted);
    await refused(first, old);
    assert.equal(await first.leases.renew(old), false);
    await first.leases.release(old);
    assert.equal((await second.leases.read('production'))?.nonce, taken.fence.nonce, 'its release frees nothing');
    assert.equal((await second.append(taken.fence, [paused('e1')])).length, 1);
  });

  declare('after its own release a holder is refused as well', async (subject) => {
    const store = await subject.open(COUNTING_VIEWS);
    const fence = await take(store);
    await store.leases.release(fence);
    await refused(store, fence);
    assert.equal(await store.leases.renew(fence), false);
  });

  declare('an event that was stored before is given back only to who holds the lease', async (subject) => {
    const store = await subject.open(COUNTING_VIEWS);
    const fence = await take(store);
    await store.append(fence, [paused('e1')]);
    await store.leases.release(fence);
    await assert.rejects(store.append(fence, [paused('e1')]), (error) => isProblem(error, 'FENCED'));
  });

  declare('reading works while somebody else holds the lease, and writes nothing', async (subject) => {
    const [holder, reader] = [await subject.open(COUNTING_VIEWS), await subject.open(COUNTING_VIEWS)];
    const fence = await take(holder);
    await holder.append(fence, [paused('e1')]);
    const lease = await reader.leases.read('production');
    assert.equal((await reader.read({ environment: 'production' })).length, 1);
    assert.equal((await reader.view('deployments', {})).length, 1);
    assert.equal((await reader.head('production')).n, 1);
    assert.deepEqual(await reader.leases.read('production'), lease);
    assert.equal(await holder.leases.renew(fence), true);
  });
}
