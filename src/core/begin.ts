/** The first two events of every deployment. Deferred: they become durable with the first intent, or with the refusal. */
import { JOURNAL_FORMAT } from './events.ts';
import { type Plan, planHash } from './plan.ts';
import type { Session } from './session.ts';

export function begin(session: Session, plan: Plan, why: { reason: string | null; cause?: string }): void {
  const opened = {
    kind: plan.kind,
    format: JOURNAL_FORMAT,
    tool: session.runtime.tool,
    release: plan.release.id,
    source: plan.release.source,
    strategy: plan.strategy,
    ...(why.reason === null ? {} : { reason: why.reason }),
    ...(why.cause === undefined ? {} : { cause: why.cause }),
  };
  session.defer(session.event('deployment.opened', opened, plan.deployment));
  session.defer(session.event('deployment.planned', { plan, hash: planHash(plan) }));
}
