/** Store contract: the journal and its views. Order, chain, idempotence, queries, tampering. */
import assert from 'node:assert/strict';
import type { NewEvent } from '../core/events.ts';
import { EMPTY_CHAIN, isFault, verifyChain } from '../core/journal.ts';
import type { EventQuery, Store } from '../stores/store.ts';
import { COUNTING_VIEWS, type Declare, paused, take } from './store-suite.ts';

const ids = async (store: Store, query: EventQuery): Promise<string[]> =>
  (await store.read(query)).map((event) => event.id);

async function chainOf(store: Store, environment: string): Promise<ReturnType<typeof verifyChain>> {
  return verifyChain(EMPTY_CHAIN, await store.read({ environment }));
}

function appending(declare: Declare): void {
  declare('events are numbered from 1, linked, and read back as they were given', async (subject) => {
    const store = await subject.open(COUNTING_VIEWS);
    const fence = await take(store);
    const written = [
      ...(await store.append(fence, [paused('e1'), paused('e2')])),
      ...(await store.append(fence, [paused('e3')])),
    ];
    assert.deepEqual(
      written.map((event) => event.n),
      [1, 2, 3],
    );
    assert.deepEqual(await store.read({ environment: 'production' }), written);
    const verified = await chainOf(store, 'production');
    assert.deepEqual(verified, await store.head('production'));
  });

  declare('an append is idempotent by id, also in part and from another handle', async (subject) => {
    const [first, second] = [await subject.open(COUNTING_VIEWS), await subject.open(COUNTING_VIEWS)];
    const fence = await take(first);
    const once = await first.append(fence, [paused('e1'), paused('e2')]);
    assert.deepEqual(await second.append(fence, [paused('e1'), paused('e2')]), once);
    const more = await second.append(fence, [paused('e2'), paused('e3')]);
    assert.deepEqual(
      more.map((event) => [event.id, event.n]),
      [
        ['e2', 2],
        ['e3', 3],
      ],
    );
    assert.deepEqual(await ids(first, { environment: 'production' }), ['e1', 'e2', 'e3']);
    const [row] = await first.view('deployments', { key: 'd1' });
    assert.deepEqual(row?.row, { events: 3, last: 'e3' }, 'and is projected once');
  });

  declare('an append of several is whole or not at all', async (subject) => {
    const failing = await subject.open({
      ...COUNTING_VIEWS,
      project: (event, read) => {
        if (event.id === 'bad') throw new Error('projection failed');
        return COUNTING_VIEWS.project(event, read);
      },
    });
    const fence = await take(failing);
    await assert.rejects(failing.append(fence, [paused('good'), paused('bad')]), /projection failed/);
    assert.deepEqual(await failing.read({}), []);
    assert.deepEqual(await failing.head('production'), EMPTY_CHAIN);
    assert.deepEqual(await failing.view('deployments', {}), []);
    assert.equal((await failing.append(fence, [paused('good')]))[0]?.n, 1);
  });

  declare('parallel appends of one holder keep the chain whole', async (subject) => {
    const [first, second] = [await subject.open(COUNTING_VIEWS), await subject.open(COUNTING_VIEWS)];
    const fence = await take(first);
    const writers = Array.from({ length: 10 }, (_, index) =>
      (index % 2 ? first : second).append(fence, [paused(`e${index}`)]),
    );
    await Promise.all(writers);
    assert.ok(!isFault(await chainOf(first, 'production')));
    assert.equal((await first.head('production')).n, 10);
  });

  declare('text of any language, control characters and large data come back unchanged', async (subject) => {
    const store = await subject.open(COUNTING_VIEWS);
    const fence = await take(store);
    const reasons = ['Grüße 你好 🚀 \u202e', 'quote " \\ \u0000 \n', 'x'.repeat(2_000_000)];
    await store.append(
      fence,
      reasons.map((reason, index) => paused(`e${index}`, reason)),
    );
    const read = await store.read({ environment: 'production' });
    assert.deepEqual(
      read.map((event) => event.data),
      reasons.map((reason) => ({ reason })),
    );
    assert.ok(!isFault(await chainOf(store, 'production')));
  });

  declare('an event that was changed behind the store is found by its number', async (subject) => {
    const store = await subject.open(COUNTING_VIEWS);
    const fence = await take(store);
    await store.append(
      fence,
      ['e1', 'e2', 'e3'].map((id) => paused(id)),
    );
    await subject.tamper('production', 2, '{"reason":"never happened"}');
    const fault = await chainOf(store, 'production');
    assert.ok(isFault(fault));
    assert.equal(fault.n, 2);
  });
}

function history(): NewEvent[] {
  return Array.from({ length: 9 }, (_, index) => ({
    ...paused(`e${index + 1}`, 'x', { deployment: index % 3 === 2 ? null : `d${index % 3}`, second: index }),
    actor: index < 5 ? 'mia' : 'ben',
  }));
}

function querying(declare: Declare): void {
  declare('queries narrow by deployment, kind, actor, time and number, in both orders', async (subject) => {
    const store = await subject.open(COUNTING_VIEWS);
    await store.append(await take(store), history());
    await store.append(await take(store, 'staging'), [paused('s1', 'x', { second: 4 })]);
    const environment = 'production';
    assert.deepEqual(await ids(store, { deployment: 'd0' }), ['e1', 'e4', 'e7']);
    assert.deepEqual(await ids(store, { environment, deployment: 'd1', newestFirst: true, limit: 2 }), ['e8', 'e5']);
    assert.deepEqual(await ids(store, { environment, kinds: ['deployment.resumed'] }), []);
    assert.deepEqual(await ids(store, { environment, kinds: [] }), []);
    assert.equal((await ids(store, { kinds: ['deployment.paused', 'deployment.resumed'] })).length, 10);
    assert.deepEqual(await ids(store, { environment, actor: 'ben', limit: 2 }), ['e6', 'e7']);
    const kinds = ['deployment.paused', 'deployment.resumed', 'deployment.paused'] as const;
    assert.deepEqual(await ids(store, { environment, kinds, newestFirst: true, limit: 2 }), ['e9', 'e8']);
    assert.deepEqual(await ids(store, { environment, kinds, actor: 'mia', after: 1, limit: 2 }), ['e2', 'e3']);
    assert.deepEqual(await ids(store, { environment, kinds, deployment: 'd0' }), ['e1', 'e4', 'e7']);
    const window = { since: '2026-01-01T00:00:02.000Z', until: '2026-01-01T00:00:05.000Z' };
    assert.deepEqual(await ids(store, { environment, ...window }), ['e3', 'e4', 'e5']);
    assert.deepEqual(await ids(store, window), ['e3', 'e4', 'e5', 's1']);
    assert.deepEqual(await ids(store, { newestFirst: true, limit: 2 }), ['e9', 'e8']);
    assert.deepEqual(await ids(store, { environment: 'nowhere' }), []);
  });

  declare(
    "a window holds every event of its time, also those of a writer whose clock is behind the others'",
    async (subject) => {
      const store = await subject.open(COUNTING_VIEWS);
      const fence = await take(store);
      const seconds = [10, 20, 15, 30, 29, 30, 5, 40, 41, 41, 38, 60, 59];
      for (const [index, second] of seconds.entries()) {
        await store.append(fence, [
          paused(`e${index}`, 'x', { second }),
          paused(`f${index}`, 'x', { second: second + 1 }),
        ]);
      }
      const environment = 'production';
      const all = await store.read({ environment });
      const time = (second: number): string => paused('x', 'x', { second }).at;
      for (let from = 4; from < 63; from += 3) {
        for (const [since, until] of [
          [from, from + 1],
          [from, from + 9],
          [from, 99],
          [0, from],
        ] as const) {
          const window = { since: time(since), until: time(until) };
          const expected = all.filter((event) => event.at >= window.since && event.at < window.until);
          assert.deepEqual(await store.read({ environment, ...window }), expected, `${since} to ${until}`);
          const newest = { environment, ...window, newestFirst: true, limit: 3, actor: 'mia' };
          assert.deepEqual(await store.read(newest), expected.toReversed().slice(0, 3));
        }
      }
    },
  );

  declare('pages join without gap or repetition, in both orders', async (subject) => {
    const store = await subject.open(COUNTING_VIEWS);
    await store.append(await take(store), history());
    for (const newestFirst of [false, true]) {
      const seen: number[] = [];
      for (;;) {
        const after = seen.at(-1);
        const query: EventQuery = { environment: 'production', newestFirst, limit: 4 };
        const page = await store.read(after === undefined ? query : { ...query, after });
        if (page.length === 0) break;
        seen.push(...page.map((event) => event.n));
      }
      const expected = [1, 2, 3, 4, 5, 6, 7, 8, 9];
      assert.deepEqual(seen, newestFirst ? expected.reverse() : expected);
    }
  });

  declare('views are folded with the append, listed newest first, and paged', async (subject) => {
    const [store, other] = [await subject.open(COUNTING_VIEWS), await subject.open(COUNTING_VIEWS)];
    await store.append(await take(store), history());
    await store.append(await take(store, 'staging'), [paused('s1', 'x', { deployment: 'd5' })]);
    const keys = (rows: readonly { key: string }[]): string[] => rows.map((row) => row.key);
    assert.deepEqual(keys(await other.view('deployments', {})), ['d5', 'd1', 'd0']);
    assert.deepEqual(keys(await other.view('deployments', { environment: 'production' })), ['d1', 'd0']);
    assert.deepEqual(keys(await other.view('deployments', { limit: 1, before: 'd5' })), ['d1']);
    assert.deepEqual(await other.view('releases', {}), []);
    const [row] = await other.view('deployments', { environment: 'production', key: 'd0' });
    assert.deepEqual(row, {
      view: 'deployments',
      environment: 'production',
      key: 'd0',
      sort: 'd0',
      row: { events: 3, last: 'e7' },
    });
  });
}

export function journalTests(declare: Declare): void {
  appending(declare);
  querying(declare);
}
