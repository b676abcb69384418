/** The record of several environments as one stream, oldest first. */
import type { EventQuery, Store } from '../stores/store.ts';
import { readEvents } from './audit.ts';
import type { JournalEvent } from './events.ts';

export type TrailQuery = Omit<EventQuery, 'environment' | 'after' | 'newestFirst'>;

async function* flat(pages: AsyncIterable<readonly JournalEvent[]>): AsyncGenerator<JournalEvent> {
  for await (const page of pages) yield* page;
}

/** The newest `limit` events, oldest first. */
async function* newest(store: Store, query: EventQuery & { limit: number }): AsyncGenerator<JournalEvent> {
  const events: JournalEvent[] = [];
  for await (const page of readEvents(store, { ...query, newestFirst: true })) events.push(...page);
  yield* events.toReversed();
}

/** Merged by the writer's clock; within one environment always in the order of the journal. */
export async function* readTrail(
  store: Store,
  environments: readonly string[],
  query: TrailQuery,
): AsyncGenerator<JournalEvent> {
  const { limit } = query;
  if (limit !== undefined && environments.length > 1) {
    const all: JournalEvent[] = [];
    for await (const event of merge(store, environments, query)) all.push(event);
    return yield* all.slice(-limit);
  }
  yield* merge(store, environments, query);
}

async function* merge(store: Store, environments: readonly string[], query: TrailQuery): AsyncGenerator<JournalEvent> {
  const streams = environments.map((environment) => {
    const { limit, ...rest } = query;
    return limit === undefined
      ? flat(readEvents(store, { ...rest, environment }))
      : newest(store, { ...rest, environment, limit });
  });
  const heads = await Promise.all(streams.map((stream) => stream.next()));
  for (;;) {
    let first = -1;
    heads.forEach((head, at) => {
      const best = heads[first];
      if (head.done) return;
      if (!best || best.done || head.value.at < best.value.at) first = at;
    });
    const head = heads[first];
    const stream = streams[first];
    if (!head || head.done || !stream) return;
    yield head.value;
    heads[first] = await stream.next();
  }
}
