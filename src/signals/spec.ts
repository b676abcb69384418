/** Signals as normalised data: what the configuration says, in milliseconds and lists. */

/** A value that is only shown when asked for. */
export interface Hidden {
  reveal(): string;
}

export type Headers = Readonly<Record<string, string | Hidden>>;

/** How a source is asked over HTTP. */
export interface HttpAccess {
  readonly url: string;
  readonly headers: Headers;
  readonly timeoutMs: number;
}

/** What the routers of the targets see: read by the core, which knows the targets. */
export interface RouterSpec {
  readonly type: 'router';
}

/** In all queries `{canary}` and `{stable}` stand for the ids of the two releases. */
export type ArmQuery =
  /** A query an arm. */
  | { readonly canary: string; readonly stable: string }
  /** One query; the label tells the arms apart, by these values of it. */
  | { readonly query: string; readonly label: string; readonly values: { canary: string; stable: string } };

export interface PrometheusSpec extends HttpAccess {
  readonly type: 'prometheus';
  /** Counters. */
  readonly requests: ArmQuery;
  readonly errors: ArmQuery;
  /** Buckets of a histogram, told apart by `le`; null: latency is not judged by it. */
  readonly latency: (ArmQuery & { readonly unit: 's' | 'ms' }) | null;
  /** Name of the scrape job; null: taken from the series where they carry it. */
  readonly job: string | null;
  /** Scrape interval, where Prometheus does not tell it. */
  readonly scrapeMs: number;
}

/** JSONPaths of one arm; `{canary}` and `{stable}` stand for the ids of the releases. */
export interface ArmPaths {
  readonly requests: string;
  readonly errors: string;
}

export interface HttpJsonSpec extends HttpAccess {
  readonly type: 'http';
  readonly canary: ArmPaths;
  readonly stable: ArmPaths;
  /** Numbers since a process began, or of the last whole interval. */
  readonly counts: 'cumulative' | 'interval';
  /** JSONPath of the time of the numbers (ISO 8601, or seconds or milliseconds since 1970); null: the time of the answer. */
  readonly at: string | null;
  /** How often the endpoint renews its numbers. */
  readonly everyMs: number;
}

/** A row of HAProxy's statistics; without a server the sum of the backend. */
export interface HaproxyRow {
  readonly backend: string;
  readonly server: string | null;
}

export interface HaproxySpec {
  readonly type: 'haproxy';
  /** The stats socket on this machine, or the statistics page as CSV. */
  readonly from: { readonly socket: string; readonly timeoutMs: number } | HttpAccess;
  readonly canary: HaproxyRow;
  readonly stable: HaproxyRow;
}

export interface SentrySpec {
  readonly type: 'sentry';
  /** `https://sentry.io`, or that of one's own installation. */
  readonly url: string;
  readonly organization: string;
  /** Ids of projects; empty: all that the token may see. */
  readonly projects: readonly string[];
  readonly environment: string | null;
  readonly token: Hidden;
  /** Names of the releases in Sentry, with `{canary}` and `{stable}`. */
  readonly releases: { readonly canary: string; readonly stable: string };
  /** What counts as bad. */
  readonly bad: 'crashed' | 'errored' | 'events';
  readonly timeoutMs: number;
  /** How long until what happened can be read. */
  readonly lagMs: number;
}

export interface ProbeSpec {
  readonly type: 'probe';
  readonly paths: readonly string[];
  readonly headers: Headers;
  /** Requests a second to each release. */
  readonly perSecond: number;
  readonly timeoutMs: number;
}

export type OutsideSignal = PrometheusSpec | HttpJsonSpec | HaproxySpec | SentrySpec | ProbeSpec;
export type SignalSpec = RouterSpec | OutsideSignal;
