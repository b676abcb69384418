/**
 * The router contract: who splits an application's traffic between its releases. Fits a router in
 * our own process (embedded) and one that is driven over a socket (HAProxy).
 */

/** A release as the router knows it. */
export interface Backend {
  readonly release: string;
  readonly host: string;
  readonly port: number;
}

/** Shares sum to 1, or the map is empty: nothing is live. */
export interface RouteTable {
  readonly backends: readonly Backend[];
  readonly shares: Readonly<Record<string, number>>;
  /** Requests wait at most this long, then get the maintenance page; null when not held. */
  readonly holdMs: number | null;
}

/** Counters of one release since the router first saw it; they only rise. */
export interface BackendStats {
  readonly release: string;
  readonly inFlight: number;
  /** Open WebSocket and event-stream connections, part of `inFlight`. */
  readonly streams: number;
  /** Answers by status class: `1xx` to `5xx`, and `lost` for a request that got no answer from the release. */
  readonly classes: Readonly<Record<'1xx' | '2xx' | '3xx' | '4xx' | '5xx' | 'lost', number>>;
  /** Latency in logarithmic buckets: upper bound in milliseconds and count, bounds ascending. */
  readonly latency: readonly { readonly leMs: number; readonly count: number }[];
}

/**
 * One request that ended, as the router saw it. One that named its release by header is none: nobody drew its side.
 */
export interface Observation {
  /** Milliseconds since 1970 at its end, by the router's clock. */
  readonly at: number;
  readonly release: string;
  /** HTTP status; 0: the release gave no answer, or none within the router's patience; 499: its client left first. */
  readonly status: number;
  readonly ms: number;
  /** The same for all requests of one client while a split is in force; null when it is not known. */
  readonly client: string | null;
}

export interface Observations {
  /** Ask with it for what comes after these. */
  readonly next: string;
  /** Requests that were forgotten before anybody asked. */
  readonly missed: number;
  /** The router has started anew since the cursor was given: how many were missed besides is not known. */
  readonly restarted?: true;
  readonly items: readonly Observation[];
}

export interface Router {
  readonly kind: string;
  /** Puts the whole table in force at one instant: a request sees the old one or the new one. */
  apply(table: RouteTable): Promise<void>;
  /** The table in force, read from the router itself. */
  table(): Promise<RouteTable>;
  stats(): Promise<readonly BackendStats[]>;
  /**
   * Every request that ended since, oldest first, without sampling; null: from now on. Bounded in memory and in one
   * answer: ask again with `next` until nothing comes. Kept while more than one release has a share, and a minute more.
   */
  observations(after: string | null): Promise<Observations>;
  /**
   * Waits until a release that gets no new requests has answered those it has, then until its streams
   * end, each with its own limit; what is left is cut. Returns what was cut.
   */
  drain(
    release: string,
    limits: { requestsMs: number; streamsMs: number },
  ): Promise<{ requests: number; streams: number }>;
  close(): Promise<void>;
}
