/** What the Convex store does when answers are lost, the deployment is away, or its data went back in time. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewEvent } from '../../../src/core/events.ts';
import { isFault, verifyChain, EMPTY_CHAIN } from '../../../src/core/journal.ts';
import { openConvex } from '../../../src/stores/convex/convex.ts';
import type { Store } from '../../../src/stores/store.ts';
import { COUNTING_VIEWS, HOLDER, paused, take } from '../../../src/testing/store-suite.ts';
import { callComponent, type ComponentServer, serveComponent } from './component-server.ts';

const environment = 'production';
let server: ComponentServer;
let store: Store;

beforeEach(async () => {
  server = await serveComponent();
  store = await openConvex({ access: server, views: COUNTING_VIEWS });
});
afterEach(async () => {
  await store.close();
  await server.close();
});

const calls = (path: string) => server.seen.filter((one) => one === path).length;

describe('lost answers', () => {
  test('an append whose answer was lost is there once, and folded once', async () => {
    const fence = await take(store);
    await store.append(fence, [paused('e1')]);
    server.loseAnswerOf('journal:append');
    const [second] = await store.append(fence, [paused('e2')]);
    expect(second).toMatchObject({ id: 'e2', n: 2 });
    await store.append(fence, [paused('e3')]);
    const events = await store.read({ environment });
    expect(events.map(({ id }) => id)).toEqual(['e1', 'e2', 'e3']);
    expect(isFault(verifyChain(EMPTY_CHAIN, events))).toBe(false);
    expect((await store.view('deployments', { key: 'd1' }))[0]?.row).toEqual({ events: 3, last: 'e3' });
  });

  test('a lease whose grant was lost is the same lease; a renewal whose answer was lost is one', async () => {
    server.loseAnswerOf('leases:acquire');
    const request = { holder: HOLDER, nonce: 'mine', ttlMs: 30_000 };
    const taken = await store.leases.acquire(environment, request);
    expect(taken).toMatchObject({ granted: true, fence: { token: 1 } });
    server.loseAnswerOf('leases:renew');
    expect(taken.granted && (await store.leases.renew(taken.fence))).toBe(true);
  });

  test('a request whose answer was lost reaches the holder once', async () => {
    server.loseAnswerOf('requests:ask');
    const request = { id: 'r1', environment, deployment: 'd1', kind: 'abort', by: 'mia', reason: 'numbers' } as const;
    await store.ask(request);
    expect(await store.asked(environment, 'd1')).toEqual([request]);
  });
});

describe('what it costs', () => {
  test('an append behind an own one is a single call', async () => {
    const fence = await take(store);
    await store.append(fence, [paused('e1')]);
    const before = server.seen.length;
    await store.append(fence, [paused('e2')]);
    await store.append(fence, [paused('e3')]);
    expect(server.seen.slice(before)).toEqual(['journal:append', 'journal:append']);
  });

  test('a large journal is read in pages that each fit into a transaction, without gap or repetition', async () => {
    const fence = await take(store);
    const ids = Array.from({ length: 12 }, (_, index) => `e${index}`);
    for (const [index, id] of ids.entries()) {
      const event = paused(id, 'x'.repeat(600_000), { second: Math.floor(index / 2) });
      await store.append(fence, [index % 2 ? event : ({ ...event, kind: 'deployment.resumed' } as NewEvent)]);
    }
    for (const query of [
      { environment },
      { deployment: 'd1' },
      {},
      { environment, kinds: ['deployment.paused', 'deployment.resumed'] as const },
      { environment, newestFirst: true },
      { newestFirst: true },
    ]) {
      const before = calls('reading:page');
      const found = (await store.read(query)).map(({ id }) => id);
      expect(found).toEqual('newestFirst' in query ? ids.toReversed() : ids);
      expect(calls('reading:page') - before).toBeGreaterThan(2);
    }
  });

  test('what no transaction can hold is refused before anything is sent', async () => {
    const fence = await take(store);
    const before = server.seen.length;
    await expect(store.append(fence, [paused('e1', 'x'.repeat(5_000_000))])).rejects.toMatchObject({
      code: 'STORE_REFUSED',
    });
    expect(server.seen.length).toBe(before);
  });
});

describe('away, or changed', () => {
  test('a deployment that is away is said to be, and may be asked again', async () => {
    await server.close();
    await expect(store.head(environment)).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      retry: 'later',
      message: expect.not.stringContaining(server.adminKey) as string,
    });
  });

  test('a journal that is shorter than this process has seen it is never written to', async () => {
    const fence = await take(store);
    await store.append(fence, [paused('e1'), paused('e2')]);
    await server.component.run(async (ctx) => {
      const [, last] = await ctx.db.query('events').collect();
      const [chain] = await ctx.db.query('chains').collect();
      const [first] = await ctx.db.query('events').collect();
      if (last) await ctx.db.delete('events', last._id);
      if (chain) await ctx.db.patch('chains', chain._id, { n: 1, hash: first?.hash ?? '' });
    });
    await expect(store.append(fence, [paused('e3')])).rejects.toMatchObject({ code: 'STORE_WENT_BACK' });
  });
});

describe('artefacts', () => {
  const artefacts = () => {
    if (!store.artefacts) throw new Error('the store keeps no artefacts');
    return store.artefacts;
  };

  test('come back as they were, are written over whole, and are listed by their beginning, oldest first', async () => {
    const [small, large] = [randomBytes(10), randomBytes(2_500_000)];
    await artefacts().put('convex/b', small);
    await artefacts().put('convex/a', small);
    await artefacts().put('convex/b', large);
    await artefacts().put('other/c', new Uint8Array());
    expect(Buffer.from((await artefacts().get('convex/b')) ?? []).equals(large)).toBe(true);
    expect(await artefacts().get('other/c')).toHaveLength(0);
    expect(await artefacts().list('convex/')).toEqual(['convex/a', 'convex/b']);
    expect(await artefacts().get('convex/none')).toBeNull();
  });

  test('leave nothing behind when they are removed or written over', async () => {
    await artefacts().put('convex/a', randomBytes(2_000_000));
    await artefacts().put('convex/a', randomBytes(10));
    await artefacts().remove('convex/a');
    await artefacts().remove('convex/a');
    expect(await artefacts().list('')).toEqual([]);
    const left = await server.component.run(async (ctx) => [
      ...(await ctx.db.query('pieces').collect()),
      ...(await ctx.db.query('uploads').collect()),
    ]);
    expect(left).toEqual([]);
  });

  test('hold a piece once whose answer was lost, and have no name before they are whole', async () => {
    server.loseAnswerOf('artefacts:addPiece');
    await artefacts().put('convex/a', randomBytes(1_000_000));
    expect(await artefacts().get('convex/a')).toHaveLength(1_000_000);
    const whole = await server.component.run((ctx) => ctx.db.query('pieces').collect());
    expect(whole).toHaveLength(2);
    const half = { name: 'convex/half', upload: whole[0]?.upload ?? '', pieces: 3 };
    expect(await callComponent(server.component, 'artefacts:name', half)).toBe(false);
    expect(await artefacts().list('convex/half')).toEqual([]);
  });
});
