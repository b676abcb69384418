/** What one release is answering now, and what it has answered since the router first saw it. */
import type { BackendStats } from '../router.ts';
import { createLatencyHistogram } from './latency-histogram.ts';

/** How a request left: with a status, without an answer from the release, or because the client went away. */
export type Ending = { readonly status: number } | 'lost' | 'abandoned';

/** One request on its way through a release. */
export interface Passage {
  /** It turned into an event stream or a WebSocket: counted now, since it may stay open for days. `cut` replaces the first. */
  becameStream(status: number, cut?: () => void): void;
  /** The first call counts; later ones are ignored. */
  end(ending: Ending): void;
}

export type PassageKind = 'request' | 'stream';

export interface ReleaseTraffic {
  /** `cut` must end the connection to the release and give the client whatever can still be said. */
  begin(cut: () => void): Passage;
  /** True when none was left within the limit. */
  untilNone(kind: PassageKind, limitMs: number): Promise<boolean>;
  /** Ends all that are open, counted as lost if they are requests. Returns how many. */
  cut(kind: PassageKind): number;
  isIdle(): boolean;
  stats(release: string): BackendStats;
}

interface OpenPassage {
  kind: PassageKind;
  readonly passage: Passage;
  cut: () => void;
}

type StatusClass = keyof BackendStats['classes'];

function classOf(status: number): StatusClass {
  if (status >= 500) return '5xx';
  if (status >= 400) return '4xx';
  if (status >= 300) return '3xx';
  return status >= 200 ? '2xx' : '1xx';
}

/** @param now milliseconds on a monotonic clock */
export function createReleaseTraffic(now: () => number): ReleaseTraffic {
  const classes: Record<StatusClass, number> = { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0, lost: 0 };
  const latency = createLatencyHistogram();
  const open = new Set<OpenPassage>();
  const watchers = new Set<() => void>();
  const changed = () => watchers.forEach((look) => look());
  const count = (kind: PassageKind) => [...open].filter((entry) => entry.kind === kind).length;

  function begin(cut: () => void): Passage {
    const started = now();
    const passage: Passage = {
      becameStream(status, cutStream) {
        if (!open.has(entry) || entry.kind === 'stream') return;
        if (cutStream) entry.cut = cutStream;
        entry.kind = 'stream';
        classes[classOf(status)] += 1;
        latency.record(now() - started);
        changed();
      },
      end(ending) {
        if (!open.delete(entry)) return;
        if (entry.kind === 'request' && ending === 'lost') classes.lost += 1;
        else if (entry.kind === 'request' && ending !== 'abandoned' && ending !== 'lost') {
          classes[classOf(ending.status)] += 1;
          latency.record(now() - started);
        }
        changed();
      },
    };
    const entry: OpenPassage = { kind: 'request', passage, cut };
    open.add(entry);
    return passage;
  }

  return {
    begin,
    untilNone: (kind, limitMs) =>
      new Promise((resolve) => {
        const finish = (reached: boolean) => {
          clearTimeout(timer);
          watchers.delete(look);
          resolve(reached);
        };
        const look = () => {
          if (count(kind) === 0) finish(true);
        };
        const timer = setTimeout(finish, limitMs, false);
        watchers.add(look);
        look();
      }),
    cut(kind) {
      const left = [...open].filter((entry) => entry.kind === kind);
      for (const entry of left) {
        entry.passage.end('lost');
        entry.cut();
      }
      return left.length;
    },
    isIdle: () => open.size === 0,
    stats: (release) => ({
      release,
      inFlight: open.size,
      streams: count('stream'),
      classes: { ...classes },
      latency: latency.buckets(),
    }),
  };
}
