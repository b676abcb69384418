/** Which changes failed once users had met them, since when, and when what ran well ran again. One environment, in the order of its journal. */
import type { DeploymentFacts } from './deployment-facts.ts';

export interface Failure {
  readonly deployment: DeploymentFacts;
  /** When users may first have been harmed: traffic moved, a person was asked for, or, of what was taken back later, its commit. */
  readonly since: number;
  /** Null: not recovered yet. */
  readonly recoveredAt: number | null;
  /** What showed that it had failed. */
  readonly note: string;
}

export const isChange = ({ kind }: DeploymentFacts): boolean => kind === 'deploy' || kind === 'promote';

/** Those that ended, and that users have met: what can fail. One that changed nothing is none. */
export function tookTraffic(facts: DeploymentFacts): boolean {
  if (!isChange(facts) || facts.unchanged) return false;
  if (facts.outcome === 'committed') return true;
  return facts.trafficAt !== null && (facts.outcome === 'rolled-back' || facts.outcome === 'stuck');
}

type Found = Omit<Failure, 'deployment'>;

/** A person was asked for: behind the commit because of what was live, before it because traffic was somewhere between. */
function attended({ outcome, endedAt, trafficAt, attentionAt, settledAt }: DeploymentFacts): Found | null {
  if (attentionAt === null) return null;
  const note = 'a person was needed';
  if (outcome === 'committed' && endedAt !== null && attentionAt >= endedAt)
    return { since: attentionAt, recoveredAt: settledAt, note };
  // Asked for and settled before anybody met it: no failure of the change.
  if (trafficAt === null || trafficAt > attentionAt) return null;
  // `stuck` and settled is a person's word that all is well.
  const recoveredAt = outcome === 'stuck' ? settledAt : outcome === 'paused' ? null : endedAt;
  return { since: trafficAt, recoveredAt, note };
}

function wentBack({ outcome, endedAt, trafficAt, failedStep }: DeploymentFacts): Found | null {
  if (outcome !== 'rolled-back' || trafficAt === null) return null;
  const note = failedStep === null ? 'taken back under traffic' : `${failedStep} failed under traffic`;
  return { since: trafficAt, recoveredAt: endedAt, note };
}

/** The change that is live, and the place of each release in the order in which they first went live. */
class Live {
  change: DeploymentFacts | null = null;
  readonly #first = new Map<string, number>();
  readonly #changes = new Map<string, DeploymentFacts>();

  commit(facts: DeploymentFacts): void {
    if (isChange(facts)) {
      if (!this.#first.has(facts.release)) this.#first.set(facts.release, this.#first.size);
      this.#changes.set(facts.release, facts);
    }
    this.change = this.#changes.get(facts.release) ?? null;
  }

  /** Going to a younger release takes nothing back: it undoes a rollback. One from before the journal is older. */
  isBehind(release: string): boolean {
    const to = this.#first.get(release) ?? -1;
    return this.change !== null && to < (this.#first.get(this.change.release) ?? -1);
  }
}

/** What a rollback says of the release that was live: it failed, since its commit at the latest. */
function takenBack(rollback: DeploymentFacts, live: Live): Failure | null {
  const { change } = live;
  if (rollback.kind !== 'rollback' || rollback.outcome === 'refused' || !change || !live.isBehind(rollback.release))
    return null;
  const note = `rolled back by ${rollback.automatic ? 'a trigger' : rollback.actor}`;
  return { deployment: change, since: change.endedAt ?? change.openedAt, recoveredAt: null, note };
}

function ownFailure(deployment: DeploymentFacts): Failure | null {
  const found = isChange(deployment) ? (attended(deployment) ?? wentBack(deployment)) : null;
  return found && { deployment, ...found };
}

/** Whatever commits after a failure is taken for the repair of it. */
export function failuresOf(deployments: readonly DeploymentFacts[]): readonly Failure[] {
  const live = new Live();
  const found = new Map<DeploymentFacts, Failure>();
  const open = new Set<DeploymentFacts>();
  for (const facts of deployments) {
    for (const failure of [takenBack(facts, live), ownFailure(facts)]) {
      // The first sign of a failure is when it began; a second one tells nothing new.
      if (!failure || found.has(failure.deployment)) continue;
      found.set(failure.deployment, failure);
      if (failure.recoveredAt === null) open.add(failure.deployment);
    }
    if (facts.outcome !== 'committed') continue;
    for (const failed of open) {
      const failure = found.get(failed);
      if (!failure || failed === facts) continue;
      found.set(failed, { ...failure, recoveredAt: facts.endedAt });
      open.delete(failed);
    }
    live.commit(facts);
  }
  return [...found.values()];
}
