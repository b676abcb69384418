/** Reasons not to begin a canary: it could not be judged, or there is nothing to judge it by. */
import { formatDuration } from '../util/duration.ts';
import { formatShare } from '../util/share.ts';
import { describeError, isProblem, Problem } from './errors.ts';
import { lookWithin } from './observe.ts';
import type { Plan, TargetFacts } from './plan.ts';
import type { Environment, Runtime } from './runtime.ts';

/** With more of its requests failing, the live release is no measure of anything. */
const HOPELESS = 0.5;

function refused(what: string, why: string, next: string): Problem {
  return new Problem('GATE_REFUSED', what, { why, next });
}

/** Null where no canary is planned, or it can begin. Changes nothing. */
export async function canaryObjection(
  runtime: Runtime,
  environment: Environment,
  plan: Plan,
  targets: readonly TargetFacts[],
): Promise<Problem | null> {
  if (plan.strategy !== 'canary' || plan.kind === 'rollback' || plan.kind === 'restore') return null;
  return (
    unshared(plan, targets) ??
    unjudged(plan, environment, targets) ??
    failing(targets) ??
    (await unready(runtime, environment, plan)) ??
    (await unseen(runtime, environment, plan, targets))
  );
}

/** The first release of an environment has nothing to be compared with: it simply goes live. */
function unshared(plan: Plan, targets: readonly TargetFacts[]): Problem | null {
  if (plan.canary || targets.every((target) => target.live === null)) return null;
  const kinds = [...new Set(targets.map((target) => target.kind))].join(', ');
  return refused(
    'A canary needs a target whose traffic can be shared between two releases',
    `none of ${targets.map((target) => target.name).join(', ')} (${kinds}) can`,
    'set strategy to blue-green or all-at-once in the configuration',
  );
}

/** A platform that splits traffic without showing it: the evidence has to come from elsewhere. */
function unjudged({ canary }: Plan, { signals }: Environment, targets: readonly TargetFacts[]): Problem | null {
  if (!canary || signals.length > 0 || targets.some(({ name, seen }) => seen && canary.baselines[name])) return null;
  return refused(
    'Nothing could judge this canary',
    `${Object.keys(canary.baselines).join(', ')} can share traffic, but not show what each release answers`,
    'give strategy.signals a source: sentry, prometheus, http or probe (docs/signals.md)',
  );
}

function failing(targets: readonly TargetFacts[]): Problem | null {
  const worst = targets.find((target) => (target.baseline?.errorRate ?? 0) > HOPELESS);
  if (!worst) return null;
  return refused(
    `The live release of ${worst.name} fails itself, so a canary cannot be compared with it`,
    `${formatShare(worst.baseline?.errorRate ?? 0)} of its requests fail now`,
    'belay deploy --strategy blue-green, or first: belay rollback',
  );
}

/** The platform itself says no. */
async function unready(runtime: Runtime, environment: Environment, { canary }: Plan): Promise<Problem | null> {
  for (const name of Object.keys(canary?.baselines ?? {})) {
    const traffic = environment.targets.get(name)?.traffic;
    try {
      await lookWithin(runtime, environment, name, async (ctx) => traffic?.ready?.(ctx));
    } catch (error) {
      if (!isProblem(error)) throw error;
      return refused(
        `${name} cannot share its traffic between two releases`,
        describeError(error),
        error.next ?? 'belay doctor',
      );
    }
  }
  return null;
}

async function unseen(
  runtime: Runtime,
  environment: Environment,
  { canary, before }: Plan,
  targets: readonly TargetFacts[],
): Promise<Problem | null> {
  const shortest = Math.min(...(canary?.stages ?? []).map((stage) => stage.minMs));
  const first = targets.find((target) => target.splits && target.live)?.name ?? '';
  const stable = before[first]?.id ?? '';
  const urls = { canary: null, stable: before[first]?.url ?? null };
  for (const source of canary ? environment.signals : []) {
    try {
      await lookWithin(runtime, environment, source.kind, ({ signal, exec }) =>
        source.reachable({ canary: stable, stable, urls, signal, exec }),
      );
    } catch (error) {
      const why = describeError(error);
      return refused(`${source.kind} cannot be asked about the canary`, why, 'belay doctor, then: belay deploy');
    }
    // Only now it may know how often it learns something itself.
    if (source.lagMs < shortest) continue;
    const lag = formatDuration(source.lagMs);
    return refused(
      `A stage of ${formatDuration(shortest)} ends before ${source.kind} has seen it`,
      `its evidence is up to ${lag} old`,
      `set strategy.hold to more than ${lag}`,
    );
  }
  return null;
}
