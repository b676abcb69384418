/**
 * The signal contract: where evidence about two releases under traffic comes from. One look at a time, no
 * waiting, no retries: the core asks again. Silence is `no-data`, never health.
 */
import type { ArmCounts } from '../analysis/analysis.ts';
import type { Json } from '../core/release.ts';
import type { Observation } from '../routers/router.ts';
import type { Exec } from '../util/exec.ts';

export interface SignalContext {
  /** Release ids: how the arms are told apart where the source knows them. */
  readonly canary: string;
  readonly stable: string;
  /** Where each arm answers by itself, for those that ask it; null when it cannot be reached alone. */
  readonly urls: { readonly canary: string | null; readonly stable: string | null };
  readonly signal: AbortSignal;
  readonly exec: Exec;
}

export type Reading =
  /** Request by request. `missed` were forgotten by the source before anybody asked. */
  | { readonly kind: 'requests'; readonly items: readonly Observation[]; readonly missed: number }
  /** What both arms counted since the reading before. */
  | { readonly kind: 'counts'; readonly at: number; readonly canary: ArmCounts; readonly stable: ArmCounts }
  /** The source answered and has nothing to tell, or did not answer: `why` says which. */
  | { readonly kind: 'no-data'; readonly why: string };

export interface Signal {
  readonly kind: string;
  /** How old the newest evidence may be when it is read, in milliseconds: a stage shorter than this proves nothing. */
  readonly lagMs: number;
  /** Looks before the rollout begins. @throws Problem when the source cannot be asked or does not know the application */
  reachable(ctx: SignalContext): Promise<void>;
  /**
   * What is new since `cursor` (null: from now on). The cursor is plain JSON and is kept in the journal.
   * @throws Problem with `retry: 'later'` when the source cannot be reached now
   */
  read(ctx: SignalContext, cursor: Json | null): Promise<{ readonly cursor: Json; readonly reading: Reading }>;
}
