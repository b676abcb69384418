/** `-- belay: allow RULE until 2026-12-31 because …`: a finding that is accepted, by someone, for a time. */
import type { Finding } from './verdict.ts';

export interface Suppression {
  readonly rule: string;
  /** Last day on which it counts, `YYYY-MM-DD`. */
  readonly until: string;
  readonly because: string;
  readonly line: number;
}

export interface SuppressionProblem {
  readonly line: number;
  readonly why: string;
}

export interface Suppressed {
  /** Findings that stand. */
  readonly findings: readonly Finding[];
  readonly accepted: readonly { readonly finding: Finding; readonly suppression: Suppression }[];
  /** Suppressions without reason or end, past their end, or for nothing. */
  readonly problems: readonly SuppressionProblem[];
}

const FORM = /^\s*--\s*belay:\s*allow\s+(\S+)(?:\s+until\s+(\S+))?(?:\s+because\s+(.+?))?\s*$/i;

/** All that a script says; those that lack a reason or an end are no suppressions. */
export function readSuppressions(sql: string): { found: Suppression[]; problems: SuppressionProblem[] } {
  const found: Suppression[] = [];
  const problems: SuppressionProblem[] = [];
  for (const [index, text] of sql.split('\n').entries()) {
    const match = FORM.exec(text.replace(/\r$/, ''));
    if (!match) continue;
    const [, rule = '', until = '', because = ''] = match;
    const line = index + 1;
    if (!isDay(until)) problems.push({ line, why: `allow ${rule} needs an end: until YYYY-MM-DD` });
    else if (because === '') problems.push({ line, why: `allow ${rule} needs a reason: because …` });
    else found.push({ rule, until, because, line });
  }
  return { found, problems };
}

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

/**
 * Applies the suppressions of a script to its findings. One counts for the statement that follows it,
 * up to and including its last day.
 *
 * @param today `YYYY-MM-DD`
 */
export function suppress(sql: string, findings: readonly Finding[], today: string): Suppressed {
  const { found, problems } = readSuppressions(sql);
  const accepted: { finding: Finding; suppression: Suppression }[] = [];
  const standing: Finding[] = [];
  const used = new Set<Suppression>();
  const lines = [...new Set(findings.map((one) => one.line))].sort((a, b) => a - b);
  for (const finding of findings) {
    const suppression = found.find((one) => one.rule === finding.rule && nextLine(lines, one.line) === finding.line);
    if (suppression) used.add(suppression);
    if (suppression && suppression.until >= today) accepted.push({ finding, suppression });
    else standing.push(finding);
  }
  const late = found
    .filter((one) => one.until < today)
    .map((one) => ({ line: one.line, why: `allow ${one.rule} ended on ${one.until} (${one.because})` }));
  const idle = found
    .filter((one) => !used.has(one) && one.until >= today)
    .map((one) => ({ line: one.line, why: `allow ${one.rule} suppresses nothing: remove it` }));
  return { findings: standing, accepted, problems: [...problems, ...late, ...idle] };
}

const nextLine = (lines: readonly number[], after: number) => lines.find((line) => line > after);
