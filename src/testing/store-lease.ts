/** Store contract: the lease. Free, held, renewed, released, taken over; requests to its holder. */
import assert from 'node:assert/strict';
import type { Acquired, HolderRequest, Standstill, Store } from '../stores/store.ts';
import { COUNTING_VIEWS, type Declare, HOLDER, nonce, paused, take } from './store-suite.ts';

function attempt(store: Store, depose?: Standstill): Promise<Acquired> {
  const request = { holder: { ...HOLDER, user: 'ben' }, nonce: nonce(), ttlMs: 30_000 };
  return store.leases.acquire('production', depose ? { ...request, depose } : request);
}

async function standstill(store: Store): Promise<Standstill> {
  const lease = await store.leases.read('production');
  assert.ok(lease);
  return { token: lease.token, nonce: lease.nonce, renewSeq: lease.renewSeq };
}

export function leaseTests(declare: Declare): void {
  declare('a lease that nobody ever took reads as null', async (subject) => {
    const store = await subject.open(COUNTING_VIEWS);
    assert.equal(await store.leases.read('production'), null);
  });

  declare('a free lease is granted with the head of the journal; a held one shows its holder', async (subject) => {
    const [first, second] = [await subject.open(COUNTING_VIEWS), await subject.open(COUNTING_VIEWS)];
    const fence = await take(first);
    await first.append(fence, [paused('e1'), paused('e2')]);
    const refused = await attempt(second);
    assert.ok(!refused.granted);
    assert.deepEqual(refused.lease.holder, HOLDER);
    assert.equal(refused.lease.token, fence.token);
    await first.leases.release(fence);
    const granted = await attempt(second);
    assert.ok(granted.granted);
    assert.equal(granted.head.n, 2);
    assert.equal(granted.former, null, 'who released left nothing to clean up');
  });

  declare('tokens rise over releases and take-overs; the row stays when the lease is free', async (subject) => {
    const store = await subject.open(COUNTING_VIEWS);
    const tokens: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const fence = await take(store);
      tokens.push(fence.token);
      await store.leases.release(fence);
      await store.leases.release(fence);
      const free = await store.leases.read('production');
      assert.equal(free?.holder, null);
      assert.equal(free?.token, fence.token);
    }
    await take(store);
    const deposed = await attempt(store, await standstill(store));
    assert.ok(deposed.granted);
    tokens.push(deposed.fence.token);
    assert.deepEqual(
      tokens,
      [...tokens].sort((a, b) => a - b),
    );
    assert.equal(new Set(tokens).size, tokens.length);
  });

  declare('a renewal moves the heartbeat, so that a standstill seen before it no longer deposes', async (subject) => {
    const [first, second] = [await subject.open(COUNTING_VIEWS), await subject.open(COUNTING_VIEWS)];
    const fence = await take(first);
    const stale = await standstill(second);
    assert.equal(await first.leases.renew(fence), true);
    assert.equal((await second.leases.read('production'))?.renewSeq, stale.renewSeq + 1);
    assert.equal((await attempt(second, stale)).granted, false);
    assert.equal((await attempt(second, { ...stale, nonce: 'other', renewSeq: 1 })).granted, false);
    const exact = await attempt(second, await standstill(second));
    assert.ok(exact.granted);
    assert.equal(exact.former?.nonce, fence.nonce, 'the one who did not release is named');
    assert.deepEqual(exact.former?.holder, HOLDER);
  });

  declare('the same acquire again, its answer lost, gives the same lease', async (subject) => {
    const store = await subject.open(COUNTING_VIEWS);
    const left = await take(store);
    const depose = await standstill(store);
    const request = { holder: HOLDER, nonce: nonce(), ttlMs: 30_000, depose };
    const once = await store.leases.acquire('production', request);
    const again = await store.leases.acquire('production', request);
    assert.ok(once.granted && again.granted);
    assert.deepEqual(again.fence, once.fence);
    assert.equal(again.former?.nonce, left.nonce, 'who was deposed is not forgotten');
  });

  declare('of several that want a free lease at once exactly one gets it', async (subject) => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => subject.open(COUNTING_VIEWS)));
    const results = await Promise.all(stores.map((store) => attempt(store)));
    assert.equal(results.filter((result) => result.granted).length, 1);
  });

  declare('environments have leases of their own', async (subject) => {
    const store = await subject.open(COUNTING_VIEWS);
    const production = await take(store, 'production');
    const staging = await take(store, 'staging');
    await store.leases.release(staging);
    assert.equal(await store.leases.renew(production), true);
  });

  declare('requests reach the holder in order, once each, for its own deployment', async (subject) => {
    const [asking, holding] = [await subject.open(COUNTING_VIEWS), await subject.open(COUNTING_VIEWS)];
    const ask = (id: string, deployment: string, kind: HolderRequest['kind']): HolderRequest => {
      return { id, environment: 'production', deployment, kind, by: 'mia', reason: 'numbers look bad' };
    };
    const [pause, abort] = [ask('z', 'd1', 'pause'), ask('a', 'd1', 'abort')];
    for (const request of [pause, ask('b', 'd2', 'abort'), abort, pause]) await asking.ask(request);
    assert.deepEqual(await holding.asked('production', 'd1'), [pause, abort]);
    assert.deepEqual(await holding.asked('staging', 'd1'), []);
  });
}
