/** Store contract: view rows are those of the folds in use, whoever wrote them before (the journal is the truth). */
import assert from 'node:assert/strict';
import { isProblem } from '../core/errors.ts';
import type { NewEvent } from '../core/events.ts';
import type { Store, ViewQuery, ViewRow, Views } from '../stores/store.ts';
import { COUNTING_VIEWS, type Declare, paused, take } from './store-suite.ts';

/** The next version: rows of another form, and one more view. */
const NEXT_VIEWS: Views = {
  version: 2,
  keys: (event, environment) => [['environments', environment], ...COUNTING_VIEWS.keys(event, environment)],
  project(event, read) {
    const { environment } = event;
    const before = read('environments', environment) as { readonly events: number } | undefined;
    const row = { events: (before?.events ?? 0) + 1 };
    return [
      { view: 'environments', environment, key: environment, sort: environment, row },
      ...COUNTING_VIEWS.project(event, read).map((one) => ({
        ...one,
        row: { counted: one.row, ...(one.row as object) },
      })),
    ];
  },
};

/** The same version as {@link COUNTING_VIEWS}, but rows that have nothing to do with the events. */
const WRONG_VIEWS: Views = {
  ...COUNTING_VIEWS,
  project: (event) => [
    { view: 'deployments', environment: event.environment, key: 'never', sort: event.id, row: 'nonsense' },
    { view: 'releases', environment: event.environment, key: event.id, sort: event.id, row: null },
  ],
};

const NO_VIEWS: Views = { version: null, keys: () => [], project: () => [] };

function events(count: number, prefix = 'e'): NewEvent[] {
  return Array.from({ length: count }, (_, index) =>
    paused(`${prefix}${index + 1}`, 'x', { deployment: `d${index % 7}`, second: index }),
  );
}

const VIEW_NAMES = ['environments', 'deployments', 'releases', 'snapshots'] as const;

async function rowsOf(store: Store): Promise<ViewRow[]> {
  const rows = await Promise.all(VIEW_NAMES.map((name) => store.view(name, {})));
  return rows
    .flat()
    .sort((a, b) => (`${a.view} ${a.environment} ${a.key}` < `${b.view} ${b.environment} ${b.key}` ? -1 : 1));
}

/** What the folds make of the journal, one event after the other, without any store. */
async function expectedRows(store: Store, views: Views): Promise<ViewRow[]> {
  const rows = new Map<string, ViewRow>();
  const id = (view: string, environment: string, key: string): string => `${view} ${environment} ${key}`;
  for (const event of await store.read({})) {
    const changed = views.project(event, (view, key) => rows.get(id(view, event.environment, key))?.row);
    for (const row of changed) rows.set(id(row.view, row.environment, row.key), row);
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function rebuilding(declare: Declare): void {
  declare(
    'rows of older folds, and rows that nobody folded, are folded again when a newer version opens',
    async (subject) => {
      const wrong = await subject.open(WRONG_VIEWS);
      // More than a rebuild takes at once.
      await wrong.append(await take(wrong), events(1_100));
      await wrong.append(await take(wrong, 'staging'), events(3, 's'));
      assert.equal((await wrong.view('releases', {})).length, 1_103);
      const store = await subject.open(NEXT_VIEWS);
      const rows = await rowsOf(store);
      assert.deepEqual(rows, await expectedRows(store, NEXT_VIEWS));
      assert.equal(rows.length, 2 + 7 + 3);
      const again = await subject.open(NEXT_VIEWS);
      assert.deepEqual(await rowsOf(again), rows);
    },
  );

  declare('rows of the same version are left as they are', async (subject) => {
    const wrong = await subject.open(WRONG_VIEWS);
    await wrong.append(await take(wrong), events(2));
    const rows = await rowsOf(wrong);
    for (const views of [COUNTING_VIEWS, NO_VIEWS]) assert.deepEqual(await rowsOf(await subject.open(views)), rows);
  });

  declare('of several that open at once with newer folds each finds the new rows', async (subject) => {
    const store = await subject.open(COUNTING_VIEWS);
    await store.append(await take(store), events(20));
    const opened = await Promise.all([1, 2, 3].map(() => subject.open(NEXT_VIEWS)));
    const expected = await expectedRows(store, NEXT_VIEWS);
    for (const one of opened) assert.deepEqual(await rowsOf(one), expected);
  });
}

function mixing(declare: Declare): void {
  declare('a store whose rows a newer version has folded is refused', async (subject) => {
    const store = await subject.open(NEXT_VIEWS);
    const rows = await rowsOf(store);
    await assert.rejects(subject.open(COUNTING_VIEWS), (error) => isProblem(error, 'FORMAT_NEWER'));
    await subject.open(NO_VIEWS);
    assert.deepEqual(await rowsOf(await subject.open(NEXT_VIEWS)), rows);
  });

  declare(
    'a holder that runs on while a newer version folds the rows again never mixes its own in',
    async (subject) => {
      const old = await subject.open(COUNTING_VIEWS);
      const fence = await take(old);
      await old.append(fence, events(3));
      await subject.open(NEXT_VIEWS);
      assert.equal((await old.append(fence, events(3, 'late'))).length, 3, 'its deployment goes on');
      const store = await subject.open(NEXT_VIEWS);
      assert.deepEqual(await rowsOf(store), await expectedRows(store, NEXT_VIEWS));
    },
  );

  declare('events of one who leaves the views alone are folded by the next who opens', async (subject) => {
    const plain = await subject.open(NO_VIEWS);
    await plain.append(await take(plain), events(3));
    const store = await subject.open(COUNTING_VIEWS);
    assert.deepEqual(await rowsOf(store), await expectedRows(store, COUNTING_VIEWS));
  });
}

/** Rows with an outcome and an actor; the fourth is still under way. */
const FILTERED_VIEWS: Views = {
  version: 1,
  keys: () => [],
  project: ({ environment, deployment: key, actor, data, kind }) => {
    if (key === null || kind !== 'deployment.paused') return [];
    const row = { actor, outcome: data.reason === 'open' ? null : data.reason };
    return (['deployments', 'releases'] as const).map((view) => ({ view, environment, key, sort: key, row }));
  },
};

const ENDED: readonly (readonly [outcome: string, actor: string])[] = [
  ['committed', 'mia'],
  ['stuck', 'tom'],
  ['rolled-back', 'mia'],
  ['open', 'mia'],
  ['committed', 'tom'],
  ['stuck', 'mia'],
];

function filtering(declare: Declare): void {
  declare('deployments are found by outcome and by actor, together with everything else', async (subject) => {
    const store = await subject.open(FILTERED_VIEWS);
    const ended = ENDED.map(([outcome, actor], at) => ({
      ...paused(`f${at}`, outcome, { deployment: `d${at}` }),
      actor,
    }));
    await store.append(await take(store), ended.slice(0, 4));
    await store.append(await take(store, 'staging'), ended.slice(4));
    const keys = async (query: ViewQuery): Promise<string> =>
      (await store.view('deployments', query)).map((row) => row.key).join(' ');
    assert.equal(await keys({ outcome: 'stuck' }), 'd5 d1');
    assert.equal(await keys({ outcome: 'committed' }), 'd4 d0');
    assert.equal(await keys({ actor: 'mia' }), 'd5 d3 d2 d0');
    assert.equal(await keys({ actor: 'mia', limit: 2, before: 'd5' }), 'd3 d2');
    assert.equal(await keys({ actor: 'mia', environment: 'staging' }), 'd5');
    assert.equal(await keys({ outcome: 'stuck', environment: 'production' }), 'd1');
    assert.equal(await keys({ outcome: 'stuck', actor: 'mia' }), 'd5');
    assert.equal(await keys({ outcome: 'committed', actor: 'tom' }), 'd4');
    assert.equal(await keys({ outcome: 'stuck', actor: 'mia', environment: 'production' }), '');
    assert.equal(await keys({ outcome: 'stuck', key: 'd1' }), 'd1');
    assert.equal(await keys({ outcome: 'nonsense' }), '');
    assert.deepEqual(await store.view('releases', { actor: 'mia' }), [], 'only deployments have them');
  });
}

export function viewTests(declare: Declare): void {
  filtering(declare);
  rebuilding(declare);
  mixing(declare);
}
