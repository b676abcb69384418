/** One pass over a migration: what each statement took, did and broke, transaction by transaction. */
import type { Relation } from './model.ts';
import type { Catalog } from './model.ts';
import {
  type Finding,
  type LockMode,
  type OldCode,
  type Work,
  blocksTraffic,
  heavierWork,
  strongerLock,
} from './verdict.ts';

/** The statement cannot succeed; whatever its transaction did so far is undone. */
export class StatementFails extends Error {
  override readonly name = 'StatementFails';
  readonly rule: string;

  constructor(rule: string, why: string) {
    super(why);
    this.rule = rule;
  }
}

/** Nothing certain can be said about the statement. */
export class CannotTell extends Error {
  override readonly name = 'CannotTell';
}

export interface Place {
  /** Across all migrations; indexes {@link Run.effects}. */
  readonly id: number;
  readonly migration: number;
  readonly statement: number;
  readonly line: number;
}

export interface Effects {
  readonly place: Place;
  lock: LockMode | 'none';
  blocks: boolean;
  work: Work;
  long: boolean;
  /** Work is tied to one transaction; what follows a failure in it never happens. */
  fails: boolean;
  undone: boolean;
  unknown: boolean;
  oldCode: OldCode;
  destroysData: boolean;
  newValues: boolean;
  findings: Finding[];
}

export interface Run {
  readonly catalog: Catalog;
  /** False while the base is replayed: everything it makes is old, nothing is judged. */
  judging: boolean;
  effects: Effects[];
  current: Effects;
  /** Locks of the open transaction. */
  held: Map<Relation, LockMode>;
  inTransaction: boolean;
  /** Enum labels added by the open transaction: they cannot be used before it ends. */
  newLabels: Set<string>;
  /** Effects since the transaction began. */
  transactionFrom: number;
  /** Of the session, as far as the scripts set it. */
  timeZone: string;
}

export function newEffects(place: Place): Effects {
  return {
    place,
    lock: 'none',
    blocks: false,
    work: 'instant',
    long: false,
    fails: false,
    undone: false,
    unknown: false,
    oldCode: 'works',
    destroysData: false,
    newValues: false,
    findings: [],
  };
}

export function newRun(catalog: Catalog): Run {
  return {
    catalog,
    judging: false,
    effects: [],
    current: newEffects({ id: -1, migration: -1, statement: 0, line: 0 }),
    held: new Map(),
    inTransaction: false,
    newLabels: new Set(),
    transactionFrom: 0,
    timeZone: 'UTC',
  };
}

/** Takes a lock and keeps it to the end of the transaction. Relations born in this batch do not count. */
export function lock(run: Run, relation: Relation, mode: LockMode): void {
  if (!run.judging || relation.fresh) return;
  const before = run.held.get(relation);
  run.held.set(relation, before ? (strongerLock(before, mode) as LockMode) : mode);
  run.current.lock = strongerLock(run.current.lock, mode);
  if (blocksTraffic(mode) && (relation.kind !== 'matview' || mode === 'ACCESS EXCLUSIVE')) run.current.blocks = true;
}

/** Work that grows with the rows of a relation; long when traffic on any table waits meanwhile. */
export function work(run: Run, relation: Relation, kind: Work): void {
  if (!run.judging || relation.fresh || kind === 'instant') return;
  run.current.work = heavierWork(run.current.work, kind);
  if (kind !== 'unknown' && blockedNow(run)) run.current.long = true;
}

const blockedNow = (run: Run) =>
  [...run.held].some(
    ([relation, mode]) => blocksTraffic(mode) && (relation.kind !== 'matview' || mode === 'ACCESS EXCLUSIVE'),
  );

export function finding(run: Run, rule: string, why: string, recipe: string): void {
  if (!run.judging) return;
  const { statement, line } = run.current.place;
  if (run.current.findings.some((one) => one.rule === rule && one.why === why)) return;
  run.current.findings.push({ statement, line, rule, why, recipe });
}

/** Fails once a row exists, which every table of the base is taken to have. */
export function failsOnRows(run: Run, rule: string, why: string, recipe: string): void {
  if (!run.judging) return;
  run.current.fails = true;
  finding(run, rule, why, recipe);
}

/** Remembers which statement changed a thing last, for what is compared at the end. */
export function touch(run: Run, ...keys: string[]): void {
  if (run.judging) for (const key of keys) run.catalog.touched.set(key, run.current.place.id);
}

export function endTransaction(run: Run): void {
  run.held.clear();
  run.newLabels.clear();
  run.inTransaction = false;
}
