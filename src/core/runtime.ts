/** What the core needs from outside: time, identity, the store, the operator. Passed in, so that everything can be simulated. */
import type { Check } from '../checks/check.ts';
import type { Signal } from '../signals/signal.ts';
import type { Fence, Holder, LeaseRecord, Store } from '../stores/store.ts';
import type { Target } from '../targets/target.ts';
import type { CanarySettings } from '../strategies/canary.ts';
import type { Trigger } from '../strategies/triggers.ts';
import type { Clock } from '../util/clock.ts';
import type { Exec } from '../util/exec.ts';
import type { JournalEvent } from './events.ts';
import type { ChainHead } from './journal.ts';
import type { StepKind, StrategyName } from './plan.ts';
import type { SchemaInspector } from './schema-gate.ts';

/** Everything that a screen is fed with: journal events as they become durable, and what happens between them. */
export type Notice =
  | { readonly type: 'event'; readonly event: JournalEvent }
  | { readonly type: 'output'; readonly deployment: string; readonly step: string; readonly line: string }
  | { readonly type: 'progress'; readonly step: string; readonly text: string }
  | { readonly type: 'waiting'; readonly lease: LeaseRecord; readonly waitedMs: number }
  | { readonly type: 'note'; readonly text: string };

/** Keeps the lease alive while we work. */
export interface Heartbeat {
  /** Clock time until which the lease is surely ours, counted from before the last renewal was sent. */
  deadline(): number;
  /** Renews now; false when the lease is no longer ours. */
  renew(): Promise<boolean>;
  stop(): Promise<void>;
}

/** The operator's wish to stop: `gently` finishes or undoes, `now` leaves the journal as it is. */
export interface StopSignal {
  readonly gently: AbortSignal;
  readonly now: AbortSignal;
}

export interface SeenHeads {
  /** What to remove to forget it, for messages. */
  readonly where: string;
  read(environment: string): ChainHead | null;
  write(environment: string, head: ChainHead): void;
}

export interface Runtime {
  readonly store: Store;
  readonly clock: Clock;
  readonly exec: Exec;
  /** A new unique id, ordered by time as far as the clock allows. */
  newId(): string;
  readonly holder: Holder;
  readonly actor: string;
  readonly tool: string;
  /** Whether a holder's process still lives; null when that cannot be known from here (another host). */
  isAlive(holder: Holder): boolean | null;
  startHeartbeat(fence: Fence, ttlMs: number, takenAt: number): Heartbeat;
  readonly stop: StopSignal;
  /** Where the chain of each environment was when this machine last looked; absent where nothing is remembered. */
  readonly seen?: SeenHeads;
  emit(notice: Notice): void;
}

/** An environment as the core sees it: what it consists of, and how it is to be deployed. */
export interface Environment {
  readonly name: string;
  readonly app: string;
  /** In the order of activation. */
  readonly targets: ReadonlyMap<string, Target>;
  readonly strategy: StrategyName;
  readonly soakMs: number;
  /** How a canary is judged; null for other strategies. */
  readonly canary: CanarySettings | null;
  /** How the schemas of two releases are compared; null: there is none that is known. */
  readonly schema: SchemaInspector | null;
  /** Evidence beside what the routers of the targets see. */
  readonly signals: readonly Signal[];
  readonly bakeMs: number;
  readonly triggers: readonly Trigger[];
  readonly checks: readonly Check[];
  /** Time limits that the configuration sets for kinds of steps. */
  readonly limits: Readonly<Partial<Record<StepKind, number>>>;
  /** Whether the previous release stays running after a deployment, for an instant way back. */
  readonly standby: boolean;
  readonly configHash: string;
  readonly lease: { readonly ttlMs: number; readonly waitMs: number };
}
