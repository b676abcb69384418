/** Makes results of a bounded size: what a check saw goes into the journal, whatever it was. */
import type { CheckStatus } from '../core/events.ts';
import type { CheckResult, Measurement } from './check.ts';

const LONGEST_LINE = 300;
const MOST_FINDINGS = 20;

/** One look at one expectation: what was expected and what was seen, unless it was met. */
export interface Finding {
  readonly status: 'fail' | 'inconclusive' | 'error';
  readonly what: string;
}

export function clip(text: string, longest = LONGEST_LINE): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 3)}...` : line;
}

/** From best to worst. Nothing looked at is below everything: it neither helps nor harms what was. */
const ORDER: readonly CheckStatus[] = ['not-configured', 'pass', 'warn', 'inconclusive', 'error', 'fail'];

/** `not-configured` when there is nothing. */
export function worst(statuses: Iterable<{ readonly status: CheckStatus }>): CheckStatus {
  let found = 0;
  for (const { status } of statuses) found = Math.max(found, ORDER.indexOf(status));
  return ORDER[found] ?? 'error';
}

/** Passes exactly when there is no finding. `seen` is the summary of a pass; further `notes` are recorded with a failure only. */
export function verdict(
  check: string,
  seen: string,
  findings: readonly Finding[],
  measurements: readonly Measurement[] = [],
  notes: readonly string[] = [],
): CheckResult {
  const [first] = findings;
  const lines = first ? [...findings.map(({ what }) => what), ...notes] : [];
  const shown = lines.slice(0, MOST_FINDINGS).map((line) => clip(line));
  if (lines.length > shown.length) shown.push(`and ${lines.length - shown.length} more`);
  return {
    check: clip(check, 120),
    status: first ? worst(findings) : 'pass',
    summary: clip(first ? first.what : seen),
    findings: shown,
    // The journal is JSON: what is not a number would become null in it.
    measurements: measurements.filter(({ value }) => Number.isFinite(value)),
  };
}
