/**
 * What is seen of both releases while traffic is shared: read from each source, handed to the analysis of that
 * source, measured into the journal. It goes on from the latest measurement, so a crash loses a look, not the evidence.
 */
import type { AnalysisReport } from '../../analysis/analysis.ts';
import type { CanaryAction, CanaryPlan, CanaryView } from '../../strategies/canary.ts';
import { isProblem } from '../errors.ts';
import { openSources, type Source } from './sources.ts';
import type { StepContext } from './step.ts';

export interface Evidence {
  /** One look at every source, side by side; waits at most this long for something to be seen. */
  read(waitMs: number): Promise<void>;
  reports(): readonly AnalysisReport[];
  view(): Pick<CanaryView, 'elapsedMs' | 'silentMs' | 'reports'>;
  /** From now on the sources that can ask for themselves do so. */
  startProbing(): void;
  measure(action: CanaryAction): Promise<void>;
  measureIfDue(action: CanaryAction): Promise<void>;
}

export function openEvidence(ctx: StepContext): Evidence {
  const { clock } = ctx.runtime;
  const canary = ctx.plan.canary as CanaryPlan;
  const stage = ctx.step.stage ?? 0;
  const share = canary.stages[stage]?.share ?? 0;
  const before = ctx.measured();
  const sources = openSources(ctx, before?.sources ?? []);
  // Cut off in this stage: what it has lasted counts. In a new stage the open batch belongs to the old share.
  const spentMs = before?.stage === stage ? before.elapsedMs : 0;
  const started = clock.now();
  if (before?.stage !== stage) for (const source of sources) source.enterStage(share);
  let measuredAt = started;
  let seenAt = started;
  const elapsedMs = () => spentMs + clock.now() - started;

  async function look(source: Source, waitMs: number): Promise<void> {
    try {
      if (await source.read(waitMs)) seenAt = clock.now();
    } catch (error) {
      // Not to be reached now: silence. Anything else is a fault of ours or of the configuration.
      if (!isProblem(error) || error.retry !== 'later') throw error;
      ctx.progress(`${source.name}: ${error.message}`);
      await clock.sleep(waitMs, ctx.signal);
    }
  }

  async function measure(action: CanaryAction): Promise<void> {
    measuredAt = clock.now();
    await ctx.measure({
      stage,
      share,
      elapsedMs: elapsedMs(),
      action: action.do,
      why: action.why,
      sources: sources.map((source) => source.measured()),
    });
  }

  return {
    async read(waitMs) {
      await Promise.all(sources.map((source) => look(source, waitMs)));
    },
    reports: () => sources.map((source) => source.report()),
    view: () => ({
      elapsedMs: elapsedMs(),
      silentMs: clock.now() - seenAt,
      reports: sources.map((source) => source.report()),
    }),
    startProbing: () => sources.forEach((source) => source.startProbing()),
    measure,
    async measureIfDue(action) {
      if (clock.now() - measuredAt >= canary.intervalMs) await measure(action);
    },
  };
}
