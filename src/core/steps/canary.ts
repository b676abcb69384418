/** A canary's two steps: moving a share of the traffic, and judging both releases while it is in force. */
import { nextCanaryAction, type CanaryAction, type CanaryPlan } from '../../strategies/canary.ts';
import { describeProgress, describeReports } from '../canary-words.ts';
import type { HolderRequest } from '../../stores/store.ts';
import type { SplitGuard } from '../../targets/target.ts';
import { isProblem, Problem } from '../errors.ts';
import type { Json } from '../release.ts';
import { moveBack } from './activate.ts';
import { type Evidence, openEvidence } from './evidence.ts';
import {
  describeShares,
  hasShare,
  letRoutersKnow,
  moveEveryoneBack,
  sharesAt,
  sharesOf,
  trafficOf,
  wrongShares,
} from './shares.ts';
import { previousOf, type Step, type StepContext } from './step.ts';

/** How long one look may wait for something to be seen. */
const LOOK_MS = 200;
/** How often the router is asked whether the shares are still in force. */
const READ_BACK_MS = 5_000;

function stageOf(ctx: StepContext) {
  const { canary } = ctx.plan;
  const index = ctx.step.stage ?? 0;
  const stage = canary?.stages[index];
  if (!canary || !stage) throw new Error(`${ctx.step.id} belongs to no canary`);
  return { canary, stage, index };
}

/** An earlier stage has shown the candidate to be good: the stages between are left out. */
function isPromoted(ctx: StepContext): boolean {
  const { canary, stage, index } = stageOf(ctx);
  const before = canary.stages.slice(0, index).map((_, earlier) => ctx.receiptOf(`judge:${earlier}`));
  return !stage.holdBack && before.some((receipt) => (receipt as { action?: string } | null)?.action === 'promote');
}

function guardOf(ctx: StepContext, { unwatchedMs: afterMs }: CanaryPlan): SplitGuard | undefined {
  const stable = previousOf(ctx);
  return stable ? { release: stable.id, afterMs } : undefined;
}

export const shift: Step = {
  before: async (ctx) => (await sharesOf(ctx)) as unknown as Json,
  async look(ctx) {
    if (isPromoted(ctx)) return { is: 'wanted', receipt: 'left out' };
    const { stage } = stageOf(ctx);
    const candidate = ctx.candidate(ctx.step.target ?? '');
    const shares = await sharesOf(ctx);
    if (candidate && hasShare(shares, candidate, stage.share))
      return { is: 'wanted', receipt: shares as unknown as Json };
    const expected = ctx.expected as Record<string, number> | null;
    const asBefore = candidate && expected && hasShare(shares, candidate, expected[candidate.id] ?? 0);
    return asBefore ? { is: 'before' } : { is: 'other', saw: describeShares(shares) };
  },
  async run(ctx) {
    if (isPromoted(ctx)) return 'left out';
    const { canary, stage } = stageOf(ctx);
    const shares = sharesAt(ctx, stage.share);
    // Should this process die, users must not stay on a release that nobody judges.
    await trafficOf(ctx).split(ctx.contextFor(), shares, guardOf(ctx, canary));
    return shares as unknown as Json;
  },
  /** Whatever stage it is: back is all the way back. */
  undo: (ctx) => moveBack(ctx, previousOf(ctx)),
  async undone(ctx) {
    const shares = await sharesOf(ctx);
    const previous = previousOf(ctx);
    return previous && hasShare(shares, previous, 1) ? { is: 'before' } : { is: 'other', saw: describeShares(shares) };
  },
};

/** What people ask of the stage, answered as it goes. @returns what the strategy has to know */
async function hear(ctx: StepContext, wishes: Wishes): Promise<Wishes> {
  let { asked, paused } = wishes;
  for (const request of await ctx.requests()) {
    // Aborting is answered between steps, where the direction is decided; it has cut this step off already.
    if (request.kind === 'abort') break;
    await ctx.accept(request);
    if (request.kind === 'promote' || request.kind === 'advance') asked = request.kind;
    if (request.kind === 'pause' || request.kind === 'resume') paused = request.kind === 'pause';
  }
  return { asked, paused };
}

interface Wishes {
  readonly asked: Extract<HolderRequest['kind'], 'promote' | 'advance'> | null;
  readonly paused: boolean;
}

/** What is done with an action that ends the stage; null while it goes on. */
async function conclude(ctx: StepContext, action: CanaryAction, evidence: Evidence): Promise<Json | null> {
  if (action.do === 'watch' || action.do === 'hold' || action.do === 'probe') return null;
  if (action.do === 'back') {
    // Users first, under the intent of this step; the record of why follows.
    await Promise.all(Object.keys(ctx.plan.canary?.baselines ?? {}).map((target) => moveEveryoneBack(ctx, target)));
    await evidence.measure(action);
    const told = describeReports(evidence.reports());
    throw new Problem('UNHEALTHY', action.cause === 'worse' ? (told[0] ?? action.why) : action.why, {
      why: action.why,
      details: told,
    });
  }
  await evidence.measure(action);
  const conclusive = action.do === 'promote' || action.conclusive;
  return { action: action.do, why: action.why, conclusive, verdict: describeReports(evidence.reports()) };
}

/** @throws Problem DRIFT when somebody, or a router that came back without its table, has moved the traffic */
async function requireShares(ctx: StepContext, share: number): Promise<void> {
  const wrong = await wrongShares(ctx, share);
  if (wrong) throw new Problem('DRIFT', 'The traffic is not shared as this stage has put it in force', { why: wrong });
}

/** A router that cannot be asked now is silent: what silence leads to is the strategy's word. */
async function patiently(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isProblem(error) || error.retry !== 'later') throw error;
  }
}

async function watchStage(ctx: StepContext, canary: CanaryPlan, evidence: Evidence): Promise<Json> {
  const { stage, index } = stageOf(ctx);
  const { clock } = ctx.runtime;
  const last = canary.stages[index + 1] === undefined || canary.stages[index + 1]?.holdBack === true;
  let wishes: Wishes = { asked: null, paused: false };
  let readBackAt = clock.now();
  for (;;) {
    await evidence.read(LOOK_MS);
    if (!canary.routers) await patiently(() => letRoutersKnow(ctx));
    ctx.signal.throwIfAborted();
    wishes = await hear(ctx, wishes);
    const action = nextCanaryAction(canary, { stage, last, ...evidence.view(), ...wishes });
    const result = await conclude(ctx, action, evidence);
    if (result !== null) return result;
    if (action.do === 'probe') evidence.startProbing();
    await evidence.measureIfDue(action);
    ctx.progress(describeProgress(stage.share, evidence.reports(), action.why));
    if (clock.now() - readBackAt < READ_BACK_MS) continue;
    await patiently(() => requireShares(ctx, stage.share));
    readBackAt = clock.now();
  }
}

export const judge: Step = {
  async run(ctx) {
    if (isPromoted(ctx)) return 'left out';
    const { canary, stage } = stageOf(ctx);
    await requireShares(ctx, stage.share);
    return watchStage(ctx, canary, openEvidence(ctx));
  },
};
