/** What the live releases answer before a canary begins: the analysis takes its measure from it. */
import { lookWithin } from './observe.ts';
import type { ObservedBaseline } from '../strategies/canary.ts';
import type { TargetFacts } from './plan.ts';
import type { Environment, Runtime } from './runtime.ts';

/** Long enough to tell ten requests a second from a hundred; only the size of a batch hangs on it. */
const SAMPLE_MS = 1_000;

/** Adds what can be seen of each target's traffic, where a canary will be judged by it. Takes a second then. */
export async function withBaselines(
  runtime: Runtime,
  environment: Environment,
  targets: readonly TargetFacts[],
): Promise<readonly TargetFacts[]> {
  if (!environment.canary) return targets;
  return Promise.all(
    targets.map(async (facts) => ({ ...facts, baseline: await baselineOf(runtime, environment, facts) })),
  );
}

async function baselineOf(
  runtime: Runtime,
  environment: Environment,
  { name, live, splits }: TargetFacts,
): Promise<ObservedBaseline | null> {
  const traffic = environment.targets.get(name)?.traffic;
  const evidence = traffic?.evidence?.bind(traffic);
  if (!evidence || !splits || !live) return null;
  const look = () => lookWithin(runtime, environment, name, (ctx) => evidence(ctx, live));
  const started = runtime.clock.now();
  const first = await look();
  await runtime.clock.sleep(SAMPLE_MS, runtime.stop.now);
  const second = await look();
  const seconds = Math.max(runtime.clock.now() - started, 1) / 1_000;
  const requests = second.requests - first.requests;
  const errors = second.errors - first.errors;
  return {
    ratePerSecond: Math.max(requests, 0) / seconds,
    quantilesMs: second.tailMs ?? null,
    errorRate: requests > 0 ? errors / requests : null,
  };
}
