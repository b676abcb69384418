/** Sources of evidence: the routers of the targets, and the signals of the environment. Each has an analysis of its own. */
import { createAnalyser } from '../../analysis/analyser.ts';
import type { Analyser, AnalysisOptions, AnalysisReport, ArmCounts, Baseline } from '../../analysis/analysis.ts';
import type { AnalysisState } from '../../analysis/state.ts';
import type { Observation } from '../../routers/router.ts';
import type { Reading, Signal } from '../../signals/signal.ts';
import type { CanaryPlan } from '../../strategies/canary.ts';
import type { MeasuredSource } from '../events.ts';
import type { Json } from '../release.ts';
import { trafficOf } from './shares.ts';
import type { StepContext } from './step.ts';

export interface Source {
  readonly name: string;
  /** True when something was seen of the candidate. @throws Problem with `retry: 'later'` when it cannot be reached now */
  read(waitMs: number): Promise<boolean>;
  /** Requests that began before are no evidence for it: who got them was drawn by another share. */
  enterStage(share: number): void;
  startProbing(): void;
  report(): AnalysisReport;
  measured(): MeasuredSource;
}

type Read = (cursor: Json | null, waitMs: number) => Promise<{ readonly cursor: Json; readonly reading: Reading }>;

/** The two releases, as a source tells them apart. */
interface Arms {
  readonly canary: string;
  readonly stable: string;
}

export function openSources(ctx: StepContext, before: readonly MeasuredSource[]): readonly Source[] {
  const canary = ctx.plan.canary as CanaryPlan;
  const targets = Object.keys(canary.baselines);
  const routers = canary.routers ? targets.filter((target) => trafficOf(ctx, target).observe) : [];
  const { signals } = ctx.environment;
  // A false alarm of any of them takes the release back: they share what is allowed of it.
  const alpha = canary.judge.alpha / (routers.length + signals.length);
  const open = (name: string, target: string, read: Read, startProbing = () => undefined as void) =>
    createSource({
      name,
      startProbing,
      arms: { canary: ctx.candidate(target)?.id ?? '', stable: ctx.plan.before[target]?.id ?? '' },
      read,
      analyser: continueAnalyser(
        { ...canary.judge, alpha, history: historyOf(canary, target) },
        before.find((one) => one.name === name)?.state,
      ),
      before: before.find((one) => one.name === name) ?? null,
    });
  const first = targets[0] ?? '';
  return [
    ...routers.map((name) => open(name, name, readRouter(ctx, name))),
    ...signals.map((signal, index) => {
      const { read, startProbing } = readSignal(ctx, signal, first);
      return open(`${signal.kind}-${index + 1}`, first, read, startProbing);
    }),
  ];
}

function historyOf({ baselines }: CanaryPlan, target: string): Baseline {
  const { ratePerSecond = 0, quantilesMs = null } = baselines[target] ?? {};
  return { ratePerSecond, quantilesMs };
}

/** Evidence that was gathered under other rules, before the configuration changed, is not mixed with new. */
function continueAnalyser(options: AnalysisOptions, state: Json | undefined): Analyser {
  const known = state as unknown as AnalysisState | undefined;
  return createAnalyser(options, known?.options === JSON.stringify(options) ? known : undefined);
}

function readRouter(ctx: StepContext, target: string): Read {
  const traffic = trafficOf(ctx, target);
  return async (cursor, waitMs) => {
    const after = typeof cursor === 'string' ? cursor : null;
    const seen = await traffic.observe?.(ctx.contextFor(target), after, waitMs);
    if (!seen) throw new Error(`the traffic of ${target} cannot be seen`);
    const { next, missed, restarted, items } = seen;
    // How much a router forgot that began anew is not known: something.
    return { cursor: next, reading: { kind: 'requests', items, missed: Math.max(missed, restarted ? 1 : 0) } };
  };
}

function readSignal(ctx: StepContext, signal: Signal, target: string): { read: Read; startProbing: () => void } {
  const { clock, exec } = ctx.runtime;
  // Asking the application ourselves is for when nobody else does.
  let due = signal.kind === 'probe' && ctx.plan.canary?.onNoData === 'probe' ? Number.POSITIVE_INFINITY : clock.now();
  const read: Read = async (cursor, waitMs) => {
    if (clock.now() < due) {
      await clock.sleep(Math.min(waitMs, due - clock.now()), ctx.signal);
      if (clock.now() < due) return { cursor, reading: { kind: 'no-data', why: 'not asked yet' } };
    }
    due = clock.now() + Math.max(signal.lagMs / 2, waitMs);
    const canary = ctx.candidate(target);
    const stable = ctx.plan.before[target];
    const urls = { canary: canary?.url ?? null, stable: stable?.url ?? null };
    const about = { canary: canary?.id ?? '', stable: stable?.id ?? '', urls, signal: ctx.signal, exec };
    return signal.read(about, cursor);
  };
  const startProbing = () => {
    if (due === Number.POSITIVE_INFINITY) due = clock.now();
  };
  return { read, startProbing };
}

export interface SourceParts {
  readonly name: string;
  readonly arms: Arms;
  readonly read: Read;
  readonly analyser: Analyser;
  readonly before: MeasuredSource | null;
  readonly startProbing: () => void;
}

/** One source as a stage reads it, from where `before` left off. */
export function createSource({ name, arms, read, analyser, before, startProbing }: SourceParts): Source {
  let cursor: Json | null = before?.cursor ?? null;
  let origin = before?.origin ?? null;
  let missed = before?.missed ?? 0;
  let last = before?.report.t ?? 0;
  // By the source's own clock. The first look of a stage finds out what time it is there, and is left out.
  let since = Number.NEGATIVE_INFINITY;
  let entering = false;

  /** Seconds since the first that was seen, never going back although a clock may. */
  function secondsOf(at: number): number {
    origin ??= at;
    last = Math.max(last, (at - origin) / 1_000);
    return last;
  }

  function observe(items: readonly Observation[]): boolean {
    let seen = false;
    for (const item of items) {
      const canary = item.release === arms.canary;
      if (!canary && item.release !== arms.stable) continue;
      if (item.at - item.ms < since) continue;
      seen ||= canary;
      const latencyMs = item.status === 0 ? Number.POSITIVE_INFINITY : item.ms;
      const bad = item.status === 0 || item.status >= 500;
      analyser.observe({ t: secondsOf(item.at), canary, bad, latencyMs, client: item.client, instance: null });
    }
    return seen;
  }

  function count(at: number, canary: ArmCounts, stable: ArmCounts): boolean {
    analyser.count({ t: secondsOf(at), canary, stable });
    return canary.requests > 0;
  }

  return {
    name,
    async read(waitMs) {
      const { cursor: next, reading } = await read(cursor, waitMs);
      cursor = next;
      if (reading.kind === 'counts') return count(reading.at, reading.canary, reading.stable);
      if (reading.kind === 'no-data') return false;
      missed += reading.missed;
      if (!entering || reading.items.length === 0) return observe(reading.items);
      since = reading.items.reduce((latest, { at }) => Math.max(latest, at), since);
      entering = false;
      return false;
    },
    enterStage(share) {
      entering = true;
      analyser.cut(last, share);
    },
    startProbing,
    report: () => analyser.report(),
    measured: () => ({
      name,
      report: analyser.report(),
      missed,
      origin,
      cursor,
      state: analyser.state() as unknown as Json,
    }),
  };
}
