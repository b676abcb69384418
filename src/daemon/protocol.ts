/**
 * What the supervisor daemon does for its clients, over a unix socket with owner-only rights.
 *
 * The daemon owns application processes and the router, and outlives the command line.
 * Every change carries the caller's fence: the daemon remembers the highest token per application
 * and refuses a lower one, so a deposed operator can change nothing here (external effects, class A).
 */
import type { BackendStats, Observations, RouteTable } from '../routers/router.ts';
import type { Fence } from '../stores/store.ts';

/** How to run one release. Written to the daemon's own state (mode 0600), because it must start again after a reboot. */
export interface ProcessSpec {
  readonly release: string;
  readonly cwd: string;
  /** The user's own command line, run by `sh -c` with `exec`. */
  readonly command: string;
  /** Whole environment, PORT included; may hold secrets. */
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  /** Standard output and error are appended here; the file outlives the daemon. */
  readonly logFile: string;
  /** How long open requests, then streams, may take to end before SIGTERM; then SIGTERM to SIGKILL. */
  readonly drainMs: number;
  readonly streamsMs: number;
  readonly killAfterMs: number;
}

export interface ProcessState {
  readonly release: string;
  readonly port: number;
  readonly pid: number | null;
  /** `backoff`: ended by itself, will be started again; `crash-loop`: ended too often, given up. */
  readonly state: 'running' | 'stopping' | 'backoff' | 'crash-loop' | 'stopped';
  /** Times it was started again by itself. */
  readonly restarts: number;
  readonly lastExit: { readonly code: number | null; readonly signal: string | null; readonly at: string } | null;
  readonly startedAt: string | null;
  readonly rssBytes: number | null;
}

/** Who splits the traffic of an application. */
export interface RouterChoice {
  readonly kind: 'embedded' | 'haproxy';
  /** Path of HAProxy where it is not found by itself. */
  readonly program?: string | undefined;
  /** A HAProxy that others run: Belay adds a file to its own ones, and speaks over its socket. Paths are absolute. */
  readonly beside?: { readonly configs: readonly string[]; readonly socket: string } | undefined;
}

/** While nobody has asked for observations for `afterMs` milliseconds, all traffic goes to `release`, once that runs. */
export interface SplitGuard {
  readonly release: string;
  readonly afterMs: number;
}

export interface AppState {
  readonly app: string;
  readonly router: RouterChoice['kind'];
  readonly listen: { readonly host: string; readonly port: number } | null;
  readonly token: number;
  readonly table: RouteTable;
  /** Of the shares in force; null when they stay whoever watches. */
  readonly guard: SplitGuard | null;
  readonly processes: readonly ProcessState[];
  readonly stats: readonly BackendStats[];
}

export interface DaemonInfo {
  readonly pid: number;
  readonly version: string;
  readonly startedAt: string;
  readonly rssBytes: number;
  readonly apps: readonly string[];
}

/** Each call resolves when its effect is in force and its new state is on disk. @throws Problem FENCED, STORE_WENT_BACK, PORT_TAKEN, TARGET_UNREACHABLE, TARGET_FAILED */
export interface DaemonClient {
  info(): Promise<DaemonInfo>;
  app(name: string): Promise<AppState | null>;
  /** Opens the application's public port, with the embedded router unless told; idempotent. */
  listen(
    name: string,
    fence: Fence,
    address: { host: string; port: number; router?: RouterChoice | undefined },
  ): Promise<void>;
  /** Starts the process if it does not run; idempotent by release. */
  start(name: string, fence: Fence, spec: ProcessSpec): Promise<void>;
  /** Drains, SIGTERM, SIGKILL; resolves when the process is gone. Unknown releases are fine. */
  stop(name: string, fence: Fence, release: string): Promise<void>;
  /** Stops it if needed and drops the daemon's knowledge of it. */
  forget(name: string, fence: Fence, release: string): Promise<void>;
  /** All shares at one instant, by release; empty: nothing is live. Ends the guard of the shares before. */
  route(name: string, fence: Fence, shares: Readonly<Record<string, number>>, guard?: SplitGuard): Promise<void>;
  /**
   * Requests that ended since the cursor (null: from now on), as soon as there are any, else none after `waitMs`.
   * The cursor of a daemon that has since started anew gives what there is, and `restarted`.
   */
  observations(name: string, after: string | null, waitMs: number): Promise<Observations>;
  hold(name: string, fence: Fence, maxMs: number): Promise<void>;
  resume(name: string, fence: Fence): Promise<void>;
  shutdown(): Promise<void>;
}
