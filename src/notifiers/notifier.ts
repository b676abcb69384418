/** The contract of who is told of what happens. Told late, twice or not at all: no outcome changes by it. */
import type { DeploymentKind } from '../core/events.ts';
import type { Source } from '../core/release.ts';

/**
 * `failed`: a deployment did not make it, and what ran before runs again. `rolled-back`: a person or a trigger had an
 * earlier release put back. `regression` comes from measurements and not from the journal, `test` from a person.
 */
export const NEWS = [
  'started',
  'resumed',
  'succeeded',
  'failed',
  'rolled-back',
  'refused',
  'paused',
  'stuck',
  'settled',
  'lock-taken',
  'schema-mismatch',
  'drift',
  'alert',
  'trigger-fired',
  'check-failing',
  'check-recovered',
  'regression',
  'test',
] as const;

export type News = (typeof NEWS)[number];

/** From what may wait until the morning, up to what may not. */
export const SEVERITIES = ['info', 'warning', 'urgent'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** The code of a release, with where people can look at it. */
export interface Code {
  readonly release: string;
  readonly source: Source;
  /** Page of the commit; null where nobody knows the repository. */
  readonly commitUrl: string | null;
}

/** What was measured when something was taken back by itself. */
export interface Evidence {
  readonly trigger: string;
  readonly observed: string;
  readonly limit: string;
}

/** Made from the journal up to its event, so that it is the same however late and however often it is sent. No secrets. */
export interface Message {
  /** Id of the event: the same message, sent again, has the same. */
  readonly id: string;
  readonly news: News;
  readonly severity: Severity;
  /** When it happened, ISO. */
  readonly at: string;
  readonly app: string;
  readonly environment: string;
  /** Null for what belongs to the environment alone. */
  readonly deployment: string | null;
  readonly kind: DeploymentKind | null;
  /** What this is about. */
  readonly code: Code | null;
  readonly actor: string;
  /** From the beginning of the deployment; null while it runs, and where there is none. */
  readonly durationMs: number | null;
  /** One line for people. */
  readonly text: string;
  /** The step or check that failed, and the first line of its error. */
  readonly failure: { readonly step: string; readonly error: string } | null;
  readonly evidence: Evidence | null;
  /** What is live after it, and its address; null: nothing is, or nobody can tell. */
  readonly live: (Code & { readonly url: string | null }) | null;
  /** The command to run next. */
  readonly next: string | null;
  /** Page of the dashboard; null where none is configured. */
  readonly link: string | null;
  /** More than 1: this one stands for so many of its kind. */
  readonly count: number;
}

export interface Notifier {
  /** As a person knows it: `Slack`. */
  readonly name: string;
  /** Resolves when the receiver has accepted it; it may do more with it than we are told. @throws DeliveryFailure */
  send(message: Message, signal: AbortSignal): Promise<void>;
  /**
   * Where a test message would stand for good: only looks whether the receiver would take one of ours.
   * @throws DeliveryFailure
   */
  look?(signal: AbortSignal): Promise<void>;
}

/** Not accepted. Its message goes to people and into the store: never an address, a header or a secret. */
export class DeliveryFailure extends Error {
  /** The same message will be refused again. */
  readonly permanent: boolean;
  /** Not before, in milliseconds, when the receiver said so. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    facts: { readonly permanent: boolean; readonly retryAfterMs?: number | null; readonly cause?: unknown },
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'DeliveryFailure';
    this.permanent = facts.permanent;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}

/** A time of every day, minutes from midnight in the zone; `to` before `from` goes over midnight. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
  /** IANA name: `Europe/Berlin`. */
  readonly zone: string;
}

/** Who hears of what; null: of all. */
export interface Route {
  readonly channels: readonly string[] | null;
  readonly environments: readonly string[] | null;
  readonly news: readonly News[] | null;
  readonly severity: Severity;
  /** What is not urgent waits until they end. */
  readonly quiet: QuietHours | null;
  /** Behind a message, more of its kind wait for so long and become one; 0: never. */
  readonly groupMs: number;
}
