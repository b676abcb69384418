/** Waiting for a release to be ready: the adapter looks once, the core decides how often. */
import { Problem } from '../errors.ts';
import type { ReleaseRef } from '../release.ts';
import type { Probe } from '../../targets/target.ts';
import type { StepContext } from './step.ts';

const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 500;
const GIVE_UP_AT = 0.9;

/** @throws Problem UNHEALTHY when the release has ended, TIMEOUT when the step's time is over. */
export async function waitUntilHealthy(ctx: StepContext, release: ReleaseRef): Promise<Probe & { healthy: true }> {
  const { clock } = ctx.runtime;
  const target = ctx.target();
  // Given up a little before the step is cut off, so that the reason is told and not just the time.
  const until = clock.now() + ctx.step.limitMs * GIVE_UP_AT;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const probe = await target.probe(ctx.contextFor(), release);
    if (probe.healthy) return probe;
    if (probe.final) {
      throw new Problem('UNHEALTHY', `${release.id} did not come up`, {
        why: probe.reason,
        next: `belay logs --release ${release.id}`,
      });
    }
    if (clock.now() + wait > until) {
      throw new Problem('TIMEOUT', `${release.id} was not ready within ${Math.round(ctx.step.limitMs / 1_000)} s`, {
        why: probe.reason,
        next: `belay logs --release ${release.id}`,
      });
    }
    ctx.signal.throwIfAborted();
    ctx.progress(`waiting for ${release.id}: ${probe.reason}`);
    await clock.sleep(wait, ctx.signal);
  }
}

/** Brings a release up (idempotent) and returns once it answers. */
export async function startAndWait(ctx: StepContext, release: ReleaseRef): Promise<Probe & { healthy: true }> {
  await ctx.target().lifecycle?.start(ctx.contextFor(), release);
  return waitUntilHealthy(ctx, release);
}
