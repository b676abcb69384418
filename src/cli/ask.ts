/** Asks the process that runs a deployment for something, and (unless told otherwise) waits for what comes of it. */
import { askHolder } from '../core/control.ts';
import type { Outcome } from '../core/state.ts';
import type { HolderRequest } from '../stores/store.ts';
import { type Followed, follow } from './follow.ts';
import type { Opened } from './with-project.ts';

export interface Asked {
  readonly kind: HolderRequest['kind'];
  readonly reason: string;
  readonly wait: boolean;
  /** Until it has this outcome, or has taken note of the request; without it, until it has ended. */
  readonly until?: Outcome | 'accepted';
}

/** True while a process that can answer holds the environment; on another machine it counts as living until its lease ends. */
export async function isHeld(opened: Opened): Promise<boolean> {
  const { runtime } = opened.project;
  const lease = await runtime.store.leases.read(opened.name);
  if (!lease?.holder || lease.expired === true) return false;
  return runtime.isAlive(lease.holder) !== false;
}

/** @throws Problem DEPLOYMENT_UNKNOWN when no deployment is running */
export async function ask(
  opened: Opened,
  { kind, reason, wait, until }: Asked,
): Promise<Followed & { deployment: string }> {
  const { runtime } = opened.project;
  const { deployment, request } = await askHolder(runtime, opened.name, kind, reason);
  if (!wait) return { deployment, outcome: null, reason: null, rollback: null, accepted: false };
  opened.renderer.notice({ type: 'note', text: `asked ${deployment} to ${kind}; waiting for its answer` });
  const watch = { environment: opened.name, deployment, ...(until === undefined ? {} : { until }), request };
  return { deployment, ...(await follow(runtime, opened.renderer, watch)) };
}
