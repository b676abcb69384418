/** The index behind the metrics: filled while nobody waits for it, kept up to date whenever somebody asks. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Metrics, MetricsQuery } from '../../metrics/metrics.ts';
import { createMetricsIndex, METRICS_KINDS, type MetricsIndex } from '../../metrics/metrics-index.ts';
import { exposition } from '../../metrics/prometheus.ts';
import type { ServerParts } from '../parts.ts';
import { environmentNames } from './environments.ts';

/** Small enough that whoever asks for a page meanwhile does not notice. */
const PAGE = 500;
const DEFAULT_DAYS = 90;
/** As much is kept ready. */
const KEPT_DAYS = 400;
const BEFORE_DAYS = 30;
const DAY_MS = 86_400_000;

export interface MetricsAsked {
  readonly environment?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly bucket?: 'day' | 'week' | undefined;
  readonly series?: string | undefined;
}

export interface MetricsBoard {
  read(asked: MetricsAsked): Promise<Metrics>;
  /** As Prometheus collects it; counts are of the last 400 days when the dashboard starts, and rise from there. */
  exposition(): Promise<string>;
  /** Takes in what is new. */
  advance(): Promise<void>;
}

/** What has been taken in; another one takes its place when somebody asks for an earlier time. */
interface Taken {
  readonly index: MetricsIndex;
  readonly cursors: Map<string, number>;
  /** ISO time: events before it are not in the index. */
  readonly from: string;
}

const takenFrom = (at: number): Taken => ({
  index: createMetricsIndex(),
  cursors: new Map(),
  from: new Date(at).toISOString(),
});

export function createMetricsBoard(parts: ServerParts): MetricsBoard {
  const { store, clock } = parts;
  let taken = takenFrom(clock.wall().getTime() - KEPT_DAYS * DAY_MS);
  let turn: Promise<void> = Promise.resolve();

  async function take({ index, cursors, from }: Taken, environment: string): Promise<void> {
    const { n } = await store.head(environment);
    for (let after = cursors.get(environment) ?? 0; after < n;) {
      const events = await store.read({ environment, after, since: from, kinds: METRICS_KINDS, limit: PAGE });
      for (const event of events) index.add(event);
      after = events.length < PAGE ? n : (events.at(-1)?.n ?? n);
      cursors.set(environment, after);
      await nextTurn();
    }
  }

  function advance(): Promise<void> {
    const done = turn.then(async () => {
      for (const name of await environmentNames(parts)) await take(taken, name);
    });
    turn = done.catch(() => undefined);
    return done;
  }

  return {
    advance,
    async exposition() {
      const [environments, told] = await Promise.all([parts.metrics.exposed(), parts.channels?.read(), advance()]);
      const undelivered = told?.channels.map(({ name, waiting, undelivered: dead }) => [name, waiting + dead.length]);
      return exposition({
        version: parts.version,
        index: taken.index,
        environments,
        undelivered: undelivered ? Object.fromEntries(undelivered) : null,
      });
    },
    async read({ environment, since, until, bucket, series }) {
      const now = clock.wall().getTime();
      const begins = since ?? new Date(now - DEFAULT_DAYS * DAY_MS).toISOString();
      // What was open at the beginning of the period counts as well.
      if (begins < taken.from) taken = takenFrom(Date.parse(begins) - BEFORE_DAYS * DAY_MS);
      await advance();
      const commits = await parts.metrics.commits();
      const query: MetricsQuery = {
        environment: environment ?? null,
        since: begins,
        until: until ?? new Date(now).toISOString(),
        review: parts.metrics.review,
        ...(bucket ? { bucket } : {}),
        ...(series ? { series: series.split('|') } : {}),
        ...(commits.size > 0 ? { commits } : {}),
      };
      return taken.index.metrics(query);
    },
  };
}
