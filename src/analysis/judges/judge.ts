/** What the older ways of judging a canary have in common: outcomes in, one verdict out. They are here to be compared with. */
import type { MetricName, Outcome } from '../analysis.ts';

export interface Judge {
  /** Outcomes in order of time. After a rollback they no longer change anything. */
  observe(outcome: Outcome): void;
  /** The traffic ended at `t` seconds: what was complete by then is judged. */
  end(t: number): JudgeVerdict;
  /** So far; `inconclusive` until something was decided. */
  verdict(): JudgeVerdict;
}

export interface JudgeVerdict {
  readonly verdict: 'rollback' | 'promote' | 'inconclusive';
  /** Seconds at which it fell; the last look while nothing was decided. */
  readonly t: number;
  readonly blame: MetricName | null;
  /** In words, with the figures that decided. */
  readonly reason: string;
}
