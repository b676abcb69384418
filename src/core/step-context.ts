/** What a step is given to work with: its target, its signal, what the journal says of it. */
import type { TargetContext } from '../targets/target.ts';
import { Problem } from './errors.ts';
import { requireLease } from './lease.ts';
import { accepted } from './interrupt.ts';
import type { PlannedStep } from './plan.ts';
import type { Session } from './session.ts';
import { asRef, type StepContext } from './steps/step.ts';
import { startTimeLimit } from './time-limit.ts';

export interface OpenContext {
  readonly ctx: StepContext;
  /** What any verb of the step answers, or TIMEOUT: everything that is done or looked at in it has this one limit. */
  within<T>(work: Promise<T>): Promise<T>;
  end(): void;
}

/**
 * A way forward is cut off by the operator's wish to stop; a way back only by the wish to stop at once.
 * Call `end` when the step has ended.
 */
export function contextOf(
  session: Session,
  step: PlannedStep,
  way: 'forward' | 'back' = 'forward',
  sibling?: AbortSignal,
): OpenContext {
  const { runtime, environment, state } = session;
  const { plan } = state;
  if (!plan) throw new Error('no plan');
  const timeUp = new Problem('TIMEOUT', `${step.id} took longer than ${Math.round(step.limitMs / 1_000)} s`, {
    unknown: true,
  });
  const stop = [runtime.stop.now];
  // Behind the commit the only way is forward, so a gentle stop lets these steps end.
  if (way === 'forward' && !step.after) stop.push(session.stopForward.signal, runtime.stop.gently);
  if (sibling && !step.after) stop.push(sibling);
  const limit = startTimeLimit(runtime.clock, { limitMs: step.limitMs, timeUp, stop });
  const { signal } = limit;
  const known = () => session.state.steps.get(step.id);
  const contextFor = (): TargetContext => {
    requireLease(runtime, session.heartbeat);
    return {
      deployment: plan.deployment,
      fence: session.fence,
      source: plan.release.source,
      signal,
      exec: runtime.exec,
      say: (line) => runtime.emit({ type: 'output', deployment: plan.deployment, step: step.id, line }),
    };
  };
  const ctx: StepContext = {
    step,
    plan,
    environment,
    runtime,
    signal,
    expected: known()?.expected ?? null,
    receipt: known()?.receipt ?? null,
    receiptOf: (id) => session.state.steps.get(id)?.receipt ?? null,
    candidate: (target) =>
      asRef(session.state.steps.get(`stage:${target}`)?.receipt ?? null) ?? plan.refs[target] ?? null,
    target(name = step.target ?? '') {
      const target = environment.targets.get(name);
      if (target) return target;
      throw new Problem('CONFIG_INVALID', `The configuration has no target ${name}, which this deployment acts on`, {
        next: 'put the target back under the same name, then: belay recover',
      });
    },
    contextFor,
    progress: (text) => runtime.emit({ type: 'progress', step: step.id, text }),
    requests: () => session.newRequests(),
    accept: (request) => session.append(accepted(session, request)),
    measured: () => session.state.measured,
    measure: (measurement) => session.append(session.event('analysis.measured', measurement)),
    prunedSnapshot: (id) =>
      session.defer(session.event('snapshot.pruned', { snapshot: id, target: step.target ?? '' }, null)),
    async mismatched(mismatch) {
      const told = `${mismatch.target} ${mismatch.saw}`;
      if (session.mismatched.has(told)) return;
      session.mismatched.add(told);
      await session.append(session.event('schema.mismatched', mismatch));
    },
  };
  return { ctx, within: limit.within, end: limit.end };
}
