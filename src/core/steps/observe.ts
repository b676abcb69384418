/** Steps that change nothing: checking the candidate, watching it under traffic, reading everything back. */
import type { Target } from '../../targets/target.ts';
import { Problem } from '../errors.ts';
import { sameRef } from '../release.ts';
import { notPassed, runChecks, watchRelease } from './judge.ts';
import type { Step, StepContext } from './step.ts';

async function requirePassing(ctx: StepContext, what: string): Promise<readonly string[]> {
  const results = await runChecks(ctx);
  const bad = notPassed(results);
  if (bad.length > 0) {
    throw new Problem('UNHEALTHY', `${what}: ${bad.map((one) => `${one.check} ${one.status}`).join(', ')}`, {
      why: bad[0]?.summary ?? '',
      details: bad.flatMap((one) => [one.summary, ...one.findings]),
    });
  }
  return results.map((result) => `${result.check}: ${result.summary}`);
}

export const check: Step = {
  run: async (ctx) => ({ checks: await requirePassing(ctx, 'The candidate did not pass its checks') }),
};

export const soak: Step = {
  async run(ctx) {
    const verdict = await watchRelease(ctx, ctx.plan.soakMs);
    if (verdict.breach) {
      const { trigger, observed, limit } = verdict.breach;
      throw new Problem('UNHEALTHY', `${trigger}: ${observed}`, { why: `the limit is ${limit}` });
    }
    ctx.signal.throwIfAborted();
    if (verdict.request?.kind === 'pause') {
      throw new Problem('PAUSED', `${ctx.step.id} was cut off by ${verdict.request.by}`, { next: 'belay resume' });
    }
    return { requests: verdict.requests, endedBy: verdict.request?.kind ?? 'time' };
  },
};

/** While requests are held so that not even a probe is answered, health is the word of the watch after the commit. */
function isSilenced(ctx: StepContext): boolean {
  const held = ctx.plan.steps.filter(({ kind }) => kind === 'hold').map(({ target }) => target ?? '');
  return held.some((name) => ctx.target(name).holding?.silences);
}

/** What is wrong with a target as it is now; null: nothing. */
async function wrongWith(ctx: StepContext, name: string, target: Target): Promise<string | null> {
  const candidate = ctx.candidate(name);
  const live = await target.live(ctx.contextFor(name));
  if (!sameRef(live, candidate)) return `${name}: ${live?.id ?? 'nothing'} is live, not ${candidate?.id}`;
  if (!candidate || isSilenced(ctx)) return null;
  const probe = await target.probe(ctx.contextFor(name), candidate);
  if (probe.healthy) return null;
  if (probe.schema) await ctx.mismatched({ target: name, ...probe.schema });
  return `${name}: ${probe.reason}`;
}

/** Nothing is called done that was not read back from the thing itself. */
export const verify: Step = {
  async run(ctx) {
    const looked = [...ctx.environment.targets].map(([name, target]) => wrongWith(ctx, name, target));
    const wrong = (await Promise.all(looked)).filter((one) => one !== null);
    if (wrong.length > 0) {
      throw new Problem('UNHEALTHY', 'What is live is not what was deployed', {
        why: wrong.join('; '),
        details: wrong,
      });
    }
    const soaked = ctx.plan.soakMs > 0;
    return { checks: soaked ? await requirePassing(ctx, 'The live release did not pass its checks') : [] };
  },
};
