/** What is so, before anything is planned: what is live on each target, and whether the record agrees. */
import type { Fence } from '../stores/store.ts';
import type { Target, TargetContext } from '../targets/target.ts';
import { Problem } from './errors.ts';
import type { PlanFacts, TargetFacts } from './plan.ts';
import type { ReleaseRef, Source } from './release.ts';
import { sameRef } from './release.ts';
import type { Environment, Runtime } from './runtime.ts';
import { startTimeLimit } from './time-limit.ts';
import type { DeploymentRow, EnvironmentRow } from './views.ts';

/** Carried by calls that only read; a target that enforces fences refuses to change anything for it. */
export const READ_ONLY_FENCE = (environment: string): Fence => ({ environment, token: 0, nonce: 'read-only' });

export const NO_SOURCE: Source = { commit: 'none' };

/** A target's context outside of any step. */
export function lookingContext(
  runtime: Runtime,
  environment: string,
  fence = READ_ONLY_FENCE(environment),
): TargetContext {
  return {
    deployment: 'none',
    fence,
    source: NO_SOURCE,
    signal: runtime.stop.now,
    exec: runtime.exec,
    say: (line) => runtime.emit({ type: 'note', text: line }),
  };
}

/** How long a target may take to say what is so; a limit that is configured for reading back counts here too. */
const LOOK_LIMIT_MS = 60_000;
/** Data is read as a whole, and may be large. */
const DATA_LIMIT_MS = 30 * 60_000;

export function lookLimit({ limits }: Pick<Environment, 'limits'>): number {
  return limits.verify ?? LOOK_LIMIT_MS;
}

export interface LookOptions {
  /** Whose authority the look carries, where it is part of a session. */
  readonly fence?: Fence;
  /** Data takes longer than a target. */
  readonly at?: 'target' | 'data';
}

/**
 * Looks outside of any step, but not for ever. `what` is who is asked, for the message.
 * @throws Problem TARGET_UNREACHABLE when there is no answer in time
 */
export async function lookWithin<T>(
  runtime: Runtime,
  environment: Pick<Environment, 'name' | 'limits'>,
  what: string,
  look: (ctx: TargetContext) => Promise<T>,
  { fence, at = 'target' }: LookOptions = {},
): Promise<T> {
  const limitMs = at === 'data' ? (environment.limits.snapshot ?? DATA_LIMIT_MS) : lookLimit(environment);
  const timeUp = new Problem('TARGET_UNREACHABLE', `${what} gave no answer within ${Math.round(limitMs / 1_000)} s`, {
    why: 'it may be overloaded or cut off; what is so there cannot be told',
    next: `belay doctor --env ${environment.name}`,
    retry: 'later',
  });
  const limit = startTimeLimit(runtime.clock, { limitMs, timeUp, stop: [runtime.stop.now] });
  try {
    return await limit.within(look({ ...lookingContext(runtime, environment.name, fence), signal: limit.signal }));
  } finally {
    limit.end();
  }
}

export interface Drift {
  readonly target: string;
  readonly expected: string | null;
  readonly saw: string | null;
}

export interface Observed {
  readonly targets: readonly TargetFacts[];
  readonly drift: readonly Drift[];
}

function factsOf(name: string, target: Target, live: ReleaseRef | null): TargetFacts {
  return {
    name,
    kind: target.kind,
    live,
    lifecycle: target.lifecycle !== undefined,
    backend: target.role === 'backend',
    holds: target.holding !== undefined,
    silences: target.holding?.silences ?? false,
    splits: target.traffic !== undefined,
    seen: target.traffic?.observe !== undefined,
    baseline: null,
    data: target.data !== undefined,
    prunes: target.prune !== undefined || target.data?.expireMs !== undefined,
  };
}

/** Reads every target, side by side, and compares with what the record says is live. */
export async function observe(
  runtime: Runtime,
  environment: Environment,
  row: EnvironmentRow | null,
): Promise<Observed> {
  const targets = await Promise.all(
    [...environment.targets].map(async ([name, target]) =>
      factsOf(name, target, await lookWithin(runtime, environment, name, (ctx) => target.live(ctx))),
    ),
  );
  const recorded = row?.live?.refs;
  const drift = targets.flatMap((target): Drift[] => {
    const expected = recorded?.[target.name] ?? null;
    // A target that is new to the environment has nothing that the record could disagree with.
    if (recorded && !(target.name in recorded)) return [];
    if (!recorded && target.live === null) return [];
    return sameRef(expected, target.live)
      ? []
      : [{ target: target.name, expected: expected?.id ?? null, saw: target.live?.id ?? null }];
  });
  return { targets, drift };
}

/** How long the latest committed deployment of the same kind took; null without one. */
export async function expectedDuration(
  runtime: Runtime,
  environment: string,
  kind: PlanFacts['kind'],
): Promise<number | null> {
  const rows = await runtime.store.view('deployments', { environment, limit: 20 });
  const last = rows
    .map((row) => row.row as DeploymentRow)
    .find((row) => row.kind === kind && row.outcome === 'committed');
  return last ? Object.values(last.stepMs).reduce((sum, ms) => sum + ms, 0) : null;
}
