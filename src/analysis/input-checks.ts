/** Refuses numbers that cannot be, before they reach the evidence. */
import type { AnalysisOptions, ArmCounts, Counts, Outcome } from './analysis.ts';

/** @throws RangeError that names the field */
export function checkOutcome({ t, latencyMs }: Outcome): void {
  requireThat(Number.isFinite(t), 't', 'finite seconds', t);
  requireThat(latencyMs >= 0, 'latencyMs', 'milliseconds from 0 to Infinity', latencyMs);
}

/** @throws RangeError that names the field */
export function checkCounts({ t, canary, stable }: Counts): void {
  requireThat(Number.isFinite(t), 't', 'finite seconds', t);
  checkArm('canary', canary);
  checkArm('stable', stable);
  const bounds = (arm: ArmCounts): string => (arm.latency ?? []).map((bucket) => bucket.leMs).join();
  if (canary.latency === undefined || stable.latency === undefined) return;
  requireThat(
    bounds(canary) === bounds(stable),
    'stable.latency',
    'of the same bounds as canary.latency',
    bounds(stable),
  );
}

function checkArm(name: string, { requests, bad, latency = [] }: ArmCounts): void {
  requireThat(isCount(requests), `${name}.requests`, 'a count', requests);
  requireThat(isCount(bad) && bad <= requests, `${name}.bad`, 'a count, at most the requests', bad);
  let below = -Infinity;
  for (const [i, { leMs, count }] of latency.entries()) {
    requireThat(leMs > below, `${name}.latency[${i}].leMs`, 'above the bound before it', leMs);
    requireThat(isCount(count), `${name}.latency[${i}].count`, 'a count', count);
    below = leMs;
  }
}

/** @throws RangeError that names the field */
export function checkTime(t: number, share: number | null): void {
  requireThat(Number.isFinite(t), 't', 'finite seconds', t);
  requireThat(share === null || (share >= 0 && share <= 1), 'share', 'from 0 to 1', share);
}

/** @throws RangeError that names the option */
export function checkOptions({ alpha, beta, errors, latency, history, grace }: AnalysisOptions): void {
  requireThat(isProbability(alpha), 'alpha', 'between 0 and 1', alpha);
  requireThat(isProbability(beta), 'beta', 'between 0 and 1', beta);
  requireThat(isFiniteFrom(errors.tolerance, 1), 'errors.tolerance', '1 or more', errors.tolerance);
  const above = errors.promoteBelow > errors.tolerance && Number.isFinite(errors.promoteBelow);
  requireThat(above, 'errors.promoteBelow', 'above errors.tolerance', errors.promoteBelow);
  requireThat(errors.floor === null || isProbability(errors.floor), 'errors.floor', 'between 0 and 1', errors.floor);
  requireThat(isFiniteFrom(history.ratePerSecond, 0), 'history.ratePerSecond', '0 or more', history.ratePerSecond);
  for (const [i, bound] of (history.quantilesMs ?? []).entries()) {
    requireThat(
      bound >= (history.quantilesMs?.[i - 1] ?? 0),
      `history.quantilesMs[${i}]`,
      'not below the one before',
      bound,
    );
  }
  if (latency !== null) {
    requireThat(isFiniteFrom(latency.tolerance, 0), 'latency.tolerance', '0 or more', latency.tolerance);
    const slower = latency.promoteBelow > latency.tolerance && Number.isFinite(latency.promoteBelow);
    requireThat(slower, 'latency.promoteBelow', 'above latency.tolerance', latency.promoteBelow);
  }
  if (grace === null) return;
  requireThat(isFiniteFrom(grace.seconds, 0), 'grace.seconds', '0 or more', grace.seconds);
  requireThat(isFiniteFrom(grace.tolerance, 1), 'grace.tolerance', '1 or more', grace.tolerance);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isProbability(value: number): boolean {
  return value > 0 && value < 1;
}

function isFiniteFrom(value: number, low: number): boolean {
  return Number.isFinite(value) && value >= low;
}

function requireThat(holds: boolean, field: string, rule: string, value: unknown): void {
  if (!holds) throw new RangeError(`${field} must be ${rule}, not ${String(value)}`);
}
