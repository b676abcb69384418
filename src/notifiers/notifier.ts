/** The contract of who is told what became of a deployment. Told late, twice or not at all: no outcome changes by it. */
import type { DeploymentKind } from '../core/events.ts';
import type { Source } from '../core/release.ts';

/** `restored`: a deployment was taken back, and this is what runs again. */
export type News = 'begun' | 'committed' | 'rolled-back' | 'restored' | 'refused' | 'paused' | 'stuck';

export interface Message {
  readonly news: News;
  readonly environment: string;
  readonly deployment: string;
  readonly kind: DeploymentKind;
  /** The release that this is about, and where its code came from. */
  readonly release: string;
  readonly source: Source;
  /** One line for people, without secrets. */
  readonly text: string;
  /** Where what is live can be looked at; null where no target tells. */
  readonly url: string | null;
}

export interface Notifier {
  /** As a person knows it: `GitHub`. */
  readonly name: string;
  /** Saying the same twice is saying it once, as far as the receiver can be asked. @throws whatever went wrong */
  send(message: Message, signal: AbortSignal): Promise<void>;
}
