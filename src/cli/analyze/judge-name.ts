/** The older judges by name, as `--judge` takes them. */
import type { Judge } from '../../analysis/judges/judge.ts';
import { createMannWhitneyJudge } from '../../analysis/judges/mann-whitney.ts';
import { createThresholdJudge } from '../../analysis/judges/threshold.ts';

export const JUDGES = ['threshold', 'mann-whitney'] as const;
export type JudgeName = (typeof JUDGES)[number];

export function createJudge(name: JudgeName): Judge {
  return name === 'threshold' ? createThresholdJudge() : createMannWhitneyJudge();
}

/** What using it costs, said wherever its verdict is shown. */
export const JUDGE_WARNINGS: Readonly<Record<JudgeName, string>> = {
  threshold:
    'fixed limits never look at the old release: there is no bound on how many good releases they take back, and a service that usually has 1 % errors loses every one of them',
  'mann-whitney':
    'a rank test of minutes decides at 10, 20 and 30 minutes only, passes sparse errors and what begins late, and each further look adds false rollbacks',
};
