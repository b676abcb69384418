/** Rules of strategies: what their shape cannot say. */
import type { CanaryStage } from '../strategies/canary.ts';
import { formatShare } from '../util/share.ts';
import type { Config } from './config.ts';
import type { Report, Rule } from './rules.ts';

const SHORTEST_UNWATCHED_MS = 1_000;

function canaries({ environments }: Config) {
  return Object.values(environments).flatMap(({ name, strategy }) =>
    strategy.type === 'canary'
      ? [{ path: ['environments', name, 'strategy'], ...strategy.settings, signals: strategy.signals }]
      : [],
  );
}

function judgeStages(path: readonly string[], stages: readonly CanaryStage[], report: Report): void {
  const steps = stages.filter((stage) => !stage.holdBack);
  if (steps.length === 0) report.error([...path, 'steps'], 'needs a share below 100%, to compare both releases at');
  steps.forEach(({ share }, index) => {
    if (share <= 0 || share >= 1) {
      report.error([...path, 'steps', index], `${formatShare(share)} is not above 0% and below 100%`);
    } else if (index > 0 && share <= (steps[index - 1]?.share ?? 0)) {
      const before = formatShare(steps[index - 1]?.share ?? 0);
      report.error([...path, 'steps', index], `${formatShare(share)} is not above ${before}: the shares must ascend`);
    }
  });
  const kept = stages.find((stage) => stage.holdBack);
  if (kept && (kept.share <= (steps.at(-1)?.share ?? 0) || kept.share >= 1)) {
    report.error(
      [...path, 'holdBack', 'share'],
      'must leave the new release more than the last step, and less than all',
    );
  }
}

export const canaryIsPossible: Rule = ({ config }, report) => {
  for (const { path, stages, judge, unwatchedMs } of canaries(config)) {
    judgeStages(path, stages, report);
    if (unwatchedMs < SHORTEST_UNWATCHED_MS) {
      report.error([...path, 'unwatched'], 'must be at least 1s: a busy machine looks no more often than that');
    }
    for (const level of ['alpha', 'beta'] as const) {
      if (judge[level] <= 0 || judge[level] > 0.5) report.error([...path, level], 'must be above 0% and at most 50%');
    }
    if (judge.errors.promoteBelow <= judge.errors.tolerance) {
      report.error(
        [...path, 'errors', 'promoteBelow'],
        'must be above tolerance, or nothing can ever be shown to be good',
      );
    }
    if (judge.latency && judge.latency.promoteBelow <= judge.latency.tolerance) {
      report.error(
        [...path, 'latency', 'promoteBelow'],
        'must be above tolerance, or nothing can ever be shown to be good',
      );
    }
  }
};

const probingIsPossible: Rule = ({ config }, report) => {
  for (const { path, onNoData, signals } of canaries(config)) {
    if (onNoData !== 'probe' || signals.some(({ type }) => type === 'probe')) continue;
    report.error([...path, 'onNoData'], '"probe" needs a signal of type "probe" under signals');
  }
};

/** A canary needs both releases at once. */
export const canaryKeepsBoth: Rule = ({ config }, report) => {
  for (const { path, stages } of canaries(config)) {
    const short = stages.find(({ minMs }) => minMs < 1_000);
    if (short)
      report.warn([...path, 'hold'], `leaves ${formatShare(short.share)} after less than a second: few requests`);
  }
};

export const strategyRules: readonly Rule[] = [canaryIsPossible, probingIsPossible, canaryKeepsBoth];
