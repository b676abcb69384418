/** What the checker says about a migration, in the words of its JSON. */

export type Hazard = 'safe' | 'brief-lock' | 'long-lock' | 'fails' | 'unknown';
export type Work = 'instant' | 'scan' | 'rewrite' | 'index-build' | 'unknown';
export type OldCode = 'works' | 'breaks' | 'unknown';

/** Postgres' table lock modes from the weakest to the strongest. */
export const LOCK_MODES = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;
export type LockMode = (typeof LOCK_MODES)[number];

export interface Finding {
  /** Number of the statement within its migration, from 1. */
  readonly statement: number;
  /** Line of the statement within its migration, from 1. */
  readonly line: number;
  readonly rule: string;
  readonly why: string;
  /** How to reach the same end without the hazard. */
  readonly recipe: string;
}

export interface Verdict {
  /** The worst that happens to traffic while it runs; see docs of {@link checkPostgres}. */
  readonly hazard: Hazard;
  /** The strongest lock on any relation of the base, or `none`. */
  readonly lock: LockMode | 'none';
  /** The most expensive work on rows of the base. */
  readonly work: Work;
  /** Whether the release that runs now still works once the migration is in; see `ordinary.ts` for what it writes. */
  readonly oldCode: OldCode;
  readonly destroysData: boolean;
  /** Whether old code may read values that could not exist before. */
  readonly newValues: boolean;
  readonly findings: readonly Finding[];
}

const WORK_ORDER: readonly Work[] = ['instant', 'unknown', 'scan', 'index-build', 'rewrite'];
const OLD_CODE_ORDER: readonly OldCode[] = ['works', 'unknown', 'breaks'];
const HAZARD_ORDER: readonly Hazard[] = ['safe', 'brief-lock', 'unknown', 'long-lock', 'fails'];

const later = <T>(order: readonly T[], a: T, b: T): T => (order.indexOf(a) >= order.indexOf(b) ? a : b);

export const strongerLock = (a: LockMode | 'none', b: LockMode | 'none'): LockMode | 'none' =>
  later<LockMode | 'none'>(['none', ...LOCK_MODES], a, b);
export const heavierWork = (a: Work, b: Work): Work => later(WORK_ORDER, a, b);

/** Readers or writers wait for it. */
export const blocksTraffic = (mode: LockMode): boolean => LOCK_MODES.indexOf(mode) >= LOCK_MODES.indexOf('SHARE');

/** One verdict over several: the worst of each. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce<Verdict>(
    (a, b) => ({
      hazard: later(HAZARD_ORDER, a.hazard, b.hazard),
      lock: strongerLock(a.lock, b.lock),
      work: heavierWork(a.work, b.work),
      oldCode: later(OLD_CODE_ORDER, a.oldCode, b.oldCode),
      destroysData: a.destroysData || b.destroysData,
      newValues: a.newValues || b.newValues,
      findings: [...a.findings, ...b.findings],
    }),
    {
      hazard: 'safe',
      lock: 'none',
      work: 'instant',
      oldCode: 'works',
      destroysData: false,
      newValues: false,
      findings: [],
    },
  );
}
