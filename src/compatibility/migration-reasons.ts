/** The verdict over one migration, in words: what stands in the way, where, and what a person has accepted. */
import type { Finding, Suppressed, Verdict } from '../schema/postgres/index.ts';
import type { Level, Reason } from './report.ts';

export interface MigrationSource {
  readonly name: string;
  /** Where it is edited. */
  readonly file: string;
  readonly sql: string;
  readonly transaction: boolean;
}

/** What must not pass, what nobody can tell, what is to be known. */
function levelOf(verdict: Verdict): Level {
  const { hazard, oldCode, destroysData, work, newValues } = verdict;
  if (hazard === 'fails' || hazard === 'long-lock' || oldCode === 'breaks' || destroysData) return 'error';
  if (hazard === 'unknown' || oldCode === 'unknown' || work === 'unknown') return 'unknown';
  return hazard === 'brief-lock' || newValues ? 'warning' : 'note';
}

const HAZARD = {
  safe: 'no traffic waits',
  'brief-lock': 'traffic waits for a moment (set lock_timeout)',
  'long-lock': 'traffic waits as long as the table is large',
  fails: 'it fails',
  unknown: 'cannot tell whether traffic waits',
};
const OLD_CODE = {
  works: 'running code works',
  breaks: 'running code breaks',
  unknown: 'cannot tell about running code',
};

export function verdictsOf({ hazard, lock, work, oldCode, destroysData, newValues }: Verdict): readonly string[] {
  return [
    HAZARD[hazard],
    ...(lock === 'none' ? [] : [`${lock}, ${work}`]),
    OLD_CODE[oldCode],
    ...(destroysData ? ['data is lost: a rollback cannot bring it back'] : []),
    ...(newValues ? ['running code may meet new values'] : []),
  ];
}

const SHOWN_LINES = 4;

/** The statement as it is written, up to a few lines. */
function statementAt(sql: string, line: number): readonly { sign: ' '; text: string }[] {
  const lines = sql.split(/\r?\n/).slice(line - 1);
  const end = lines.findIndex((text) => text.trimEnd().endsWith(';'));
  const whole = end < 0 ? lines : lines.slice(0, end + 1);
  const shown = whole.slice(0, SHOWN_LINES).map((text) => ({ sign: ' ' as const, text: text.trimEnd() }));
  return whole.length > SHOWN_LINES ? [...shown, { sign: ' ', text: '…' }] : shown;
}

/** Rules that never stand in the way by themselves, whatever else the migration does. */
const NOTICES = ['enum-label-added', 'type-gone', 'needs-lock-timeout'];

/** Ordinary writes pass, unusual ones may not: to be known, and no reason to stop. */
const isRefusal = (rule: string): boolean => rule.endsWith('-may-refuse') || rule === 'upsert-target-gone';

function findingLevel({ rule }: Finding, verdict: Level): Level {
  if (rule === 'cannot-tell') return 'unknown';
  if (isRefusal(rule)) return 'warning';
  return verdict === 'error' && NOTICES.includes(rule) ? 'warning' : verdict;
}

/** Which findings a person has accepted, for how long and why, in the migration itself. */
export type Accept = (sql: string, findings: readonly Finding[]) => Suppressed;

/** Rules are shown with a prefix, and may be named with it. */
const withoutPrefix = (sql: string): string => sql.replaceAll(/^(\s*--\s*belay:\s*allow\s+)postgres-/gim, '$1');

export function reasonsOf(verdict: Verdict, source: MigrationSource, accept: Accept): readonly Reason[] {
  const { file, sql } = source;
  const { findings, accepted, problems } = accept(withoutPrefix(sql), verdict.findings);
  // Where all that makes the verdict was accepted, nothing of it is left to stand in the way.
  const stands = accepted.length === 0 || findings.some(({ rule }) => !NOTICES.includes(rule) && !isRefusal(rule));
  const level = stands ? levelOf(verdict) : 'note';
  const told = ({ rule, statement, why, recipe, line }: Finding): Omit<Reason, 'level'> => ({
    rule: `postgres-${rule}`,
    place: `statement ${statement}`,
    why,
    recipe,
    shown: statementAt(sql, line),
    file,
    line,
  });
  const reasons: readonly Reason[] = [
    ...findings.map((finding) => ({ level: findingLevel(finding, level), ...told(finding) })),
    ...accepted.map(({ finding, suppression: { until, because } }) => ({
      ...told(finding),
      level: 'note' as const,
      why: `${finding.why}; accepted until ${until}: ${because}`,
      recipe: undefined,
    })),
    ...problems.map(({ line, why }) => ({ level: 'warning' as const, ...SUPPRESSION, why, file, line })),
  ];
  // A verdict without a reason would pass unseen.
  if (level === 'note' || reasons.some((reason) => reason.level === level)) return reasons;
  return [...reasons, { level, ...wholeOf(verdict), place: source.name, file, line: 1 }];
}

const SUPPRESSION = {
  rule: 'postgres-suppression',
  place: 'suppression',
  recipe: '-- belay: allow RULE until YYYY-MM-DD because REASON, right before the statement',
};

/** The reason for a verdict that no single statement carries. */
function wholeOf(verdict: Verdict): Pick<Reason, 'rule' | 'why' | 'recipe'> {
  if (verdict.hazard !== 'brief-lock')
    return { rule: `postgres-${verdict.hazard}`, why: verdictsOf(verdict).join(' · ') };
  return {
    rule: 'postgres-brief-lock',
    why: `it holds ${verdict.lock} for a moment only, but waits for every query that runs, and all others queue behind it`,
    recipe: "SET lock_timeout = '5s' before it, and try again when it is hit",
  };
}
