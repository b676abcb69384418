/**
 * The target contract: one thing that runs code. Six verbs; everything else is the core's work.
 *
 * An adapter validates its options at once, and then never waits in loops, prints, retries or reads
 * the environment. Staging takes no traffic. Everything after staging is idempotent. What an adapter
 * returns goes into the journal: JSON, no secrets. An ability is the presence of an optional member.
 */
import type { ReleaseRef, Source } from '../core/release.ts';
import type { ProtectedData } from '../databases/database.ts';
import type { Observations } from '../routers/router.ts';
import type { Fence } from '../stores/store.ts';
import type { Exec } from '../util/exec.ts';

export interface TargetContext {
  /** Deployment id: what an interrupted `stage` is found again by. */
  readonly deployment: string;
  /** Authority of the caller; a target that can, refuses a token lower than one it has seen. */
  readonly fence: Fence;
  readonly source: Source;
  /** Aborted at the step's time limit or when the operator stops the deployment. */
  readonly signal: AbortSignal;
  readonly exec: Exec;
  /** A line of output for whoever watches; redacted by the caller. */
  readonly say: (line: string) => void;
}

/** What is live answers with another schema version than its release was built with. */
export interface SchemaMismatch {
  readonly expected: string;
  readonly saw: string;
  /** What was asked: `system:getSchemaVersion`. */
  readonly check: string;
}

/** One look, no waiting. `final` means that waiting will not help (the process has ended). */
export type Probe =
  | { readonly healthy: true; readonly url?: string }
  | {
      readonly healthy: false;
      readonly reason: string;
      readonly url?: string;
      readonly final?: boolean;
      readonly schema?: SchemaMismatch;
    };

/** For platforms where a release is a process that must be brought up before it can take traffic. */
export interface Lifecycle {
  /** Brings the release up beside whatever runs; no traffic. Returns before it is ready: the core probes. */
  start(ctx: TargetContext, release: ReleaseRef): Promise<void>;
  /** Ends it gracefully and waits until it is gone. */
  stop(ctx: TargetContext, release: ReleaseRef): Promise<void>;
  running(ctx: TargetContext, release: ReleaseRef): Promise<boolean>;
  /** Bytes that its processes hold now; null where that cannot be told. */
  memory?(ctx: TargetContext, release: ReleaseRef): Promise<number | null>;
}

/** What was seen of a release's requests since it was started; counters only rise. */
export interface Evidence {
  readonly requests: number;
  /** Answered with 5xx, or not answered at all. */
  readonly errors: number;
  /** Upper bounds in milliseconds of the middle and the slowest hundredth; null without requests. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Upper bounds in milliseconds at p90, p95, p99 and p99.9; null without requests, absent where it cannot be told. */
  readonly tailMs?: readonly [number, number, number, number] | null;
  /** Times the process had to be started again by itself. */
  readonly restarts: number;
}

/**
 * What becomes of a split whose driver has died: when nobody has asked to `observe` for `afterMs` milliseconds, all
 * traffic goes to `release` by itself, as soon as that one runs.
 */
export interface SplitGuard {
  readonly release: string;
  readonly afterMs: number;
}

/** For targets that can keep everybody from writing while their data is replaced. */
export interface Holding {
  /** Not even a health check is answered meanwhile: what is held is checked by the watch after it is let go. */
  readonly silences?: boolean;
  /** Requests wait, or are refused, instead of being answered; bounded by the target. Idempotent. */
  hold(ctx: TargetContext): Promise<void>;
  resume(ctx: TargetContext): Promise<void>;
  held(ctx: TargetContext): Promise<boolean>;
}

/** For targets whose traffic we can steer; `evidence` and `observe` where it can be seen as well. */
export interface Traffic {
  /** @throws Problem with the reason why traffic cannot be shared here now: a plan, a quota. Asked before anything changes. */
  ready?(ctx: TargetContext): Promise<void>;
  evidence?(ctx: TargetContext, release: ReleaseRef): Promise<Evidence>;
  /**
   * Shares by release id; they sum to 1. Growing the candidate's share only adds users to it, share 0 moves all back at
   * once. The release with the largest share is what `live` tells. The guard lasts until the next `split` or `activate`.
   */
  split(ctx: TargetContext, shares: Readonly<Record<string, number>>, guard?: SplitGuard): Promise<void>;
  /** The shares in force, read from whoever splits the traffic; a release without one is not in it. */
  shares(ctx: TargetContext): Promise<Readonly<Record<string, number>>>;
  /**
   * Requests that ended since the cursor (null: from now on), request by request: as soon as there are any, else none
   * after `waitMs`. Kept while more than one release has a share, and a minute more.
   */
  observe?(ctx: TargetContext, after: string | null, waitMs: number): Promise<Observations>;
}

export interface Target {
  readonly kind: string;
  /**
   * What others call: it goes live before they are checked, and must serve both releases of theirs. Absent: what people
   * call, which goes live last.
   */
  readonly role?: 'backend';
  /** Longest time that a request may still take effect after its sender died; 0 where the fence is enforced. */
  readonly landingMs: number;
  /** What serves now, read from the target itself; null when nothing does. */
  live(ctx: TargetContext): Promise<ReleaseRef | null>;
  /** Builds or uploads, findable by deployment id; no traffic. */
  stage(ctx: TargetContext): Promise<ReleaseRef>;
  /** What an interrupted or finished `stage` of this deployment left; null when nothing complete is there. */
  find(ctx: TargetContext): Promise<ReleaseRef | null>;
  /** All traffic to this release (null: to none); idempotent; also the way back. */
  activate(ctx: TargetContext, release: ReleaseRef | null): Promise<void>;
  /** Removes what `stage` of this deployment made, finished or not; already gone is fine. */
  discard(ctx: TargetContext, release: ReleaseRef | null): Promise<void>;
  probe(ctx: TargetContext, release: ReleaseRef): Promise<Probe>;
  readonly lifecycle?: Lifecycle;
  readonly holding?: Holding;
  readonly traffic?: Traffic;
  readonly data?: ProtectedData;
  /** Whether the artefact of an older release is still there to go back to. */
  kept?(ctx: TargetContext, release: ReleaseRef): Promise<boolean>;
  /** Removes artefacts beyond the configured number, never one in `keep`; returns the ids removed. */
  prune?(ctx: TargetContext, keep: readonly string[]): Promise<readonly string[]>;
  /** The release's own output, newest last. */
  logs?(release: ReleaseRef, lines: number): Promise<readonly string[]>;
}
