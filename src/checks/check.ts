/**
 * The check contract. Before a deployment a check is a gate, after it a health check: the same check.
 * "Could not tell" is its own answer: `inconclusive` (looked, cannot tell) and `error` (could not look)
 * never count as a pass.
 */
import type { CheckStatus } from '../core/events.ts';
import type { Exec } from '../util/exec.ts';

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

export interface CheckResult {
  readonly check: string;
  readonly status: CheckStatus;
  /** One line: what was seen. */
  readonly summary: string;
  readonly findings: readonly string[];
  readonly measurements: readonly Measurement[];
}

export interface CheckContext {
  /** Where each target of the release under test answers, by target name. */
  readonly urls: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly exec: Exec;
}

export interface Check {
  readonly name: string;
  /** Never throws for what it looks at: that is `fail`, `inconclusive` or `error`. */
  run(ctx: CheckContext): Promise<CheckResult>;
}
