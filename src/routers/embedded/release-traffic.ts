/** What one release is answering now, and what it has answered since the router first saw it. */
import type { BackendStats } from '../router.ts';
import { createLatencyHistogram } from '../latency-histogram.ts';
import { classOf, type StatusClass } from '../status-class.ts';

/** How a request left: with a status, without an answer from the release, because the client went away, or to try again. */
export type Ending = { readonly status: number } | 'lost' | 'abandoned' | 'repeated';

/** One request on its way through a release. */
export interface Passage {
  /** The answer has begun: nobody waits in vain any more. */
  answers(status: number): void;
  /** It turned into an event stream or a WebSocket: counted now, since it may stay open for days. `cut` replaces the first. */
  becameStream(status: number, cut?: () => void): void;
  /** The first call counts; later ones are ignored. */
  end(ending: Ending): void;
}

export type PassageKind = 'request' | 'stream';

export interface ReleaseTraffic {
  /**
   * `cut` must end the connection to the release and give the client whatever can still be said. `seen` is called once,
   * with what the request came to: its status, 0 without an answer, 499 when its client left first.
   */
  begin(cut: () => void, seen: Seen): Passage;
  /** Gives up on the answers of requests that have waited this long; they stay open. */
  giveUp(patienceMs: number): void;
  /** True when none was left within the limit. */
  untilNone(kind: PassageKind, limitMs: number): Promise<boolean>;
  /** Ends all that are open, counted as lost if they are requests. Returns how many. */
  cut(kind: PassageKind): number;
  isIdle(): boolean;
  stats(release: string): BackendStats;
}

export type Seen = (status: number, ms: number) => void;

const CLIENT_LEFT = 499;

interface OpenPassage {
  kind: PassageKind;
  readonly started: number;
  /** Null before the answer has begun. */
  status: number | null;
  /** Null once it was called. */
  seen: Seen | null;
  readonly passage: Passage;
  cut: () => void;
}

/** @param now milliseconds on a monotonic clock */
export function createReleaseTraffic(now: () => number): ReleaseTraffic {
  const classes: Record<StatusClass, number> = { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0, lost: 0 };
  const latency = createLatencyHistogram();
  const open = new Set<OpenPassage>();
  const watchers = new Set<() => void>();
  const changed = () => watchers.forEach((look) => look());
  const count = (kind: PassageKind) => [...open].filter((entry) => entry.kind === kind).length;

  function tell(entry: OpenPassage, status: number): void {
    entry.seen?.(status, now() - entry.started);
    entry.seen = null;
  }

  function finish(entry: OpenPassage, ending: Ending): void {
    if (ending === 'repeated') return;
    if (ending === 'abandoned') return tell(entry, entry.status ?? CLIENT_LEFT);
    if (ending === 'lost') {
      classes.lost += 1;
      return tell(entry, 0);
    }
    classes[classOf(ending.status)] += 1;
    latency.record(now() - entry.started);
    tell(entry, ending.status);
  }

  function begin(cut: () => void, seen: Seen): Passage {
    const passage: Passage = {
      answers(status) {
        entry.status = status;
      },
      becameStream(status, cutStream) {
        if (!open.has(entry) || entry.kind === 'stream') return;
        if (cutStream) entry.cut = cutStream;
        finish(entry, { status });
        entry.kind = 'stream';
        changed();
      },
      end(ending) {
        if (!open.delete(entry)) return;
        if (entry.kind === 'request') finish(entry, ending);
        changed();
      },
    };
    const entry: OpenPassage = { kind: 'request', started: now(), status: null, seen, passage, cut };
    open.add(entry);
    return passage;
  }

  return {
    begin,
    giveUp(patienceMs) {
      const before = now() - patienceMs;
      for (const entry of open) {
        // The oldest come first.
        if (entry.started > before) return;
        if (entry.kind === 'request' && entry.status === null) tell(entry, 0);
      }
    },
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
