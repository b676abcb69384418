/**
 * From verdicts to the way back. The class says what a rollback over the release takes, and is decided before it ships.
 *
 * | what the change does                                                         | class              |
 * | ---------------------------------------------------------------------------- | ------------------ |
 * | Postgres: the old code works, nothing is destroyed: the schema stays           | `code-only`        |
 * | Postgres: the old code breaks, or data is destroyed, or nobody can tell        | `restore-required` |
 * | … and no snapshot of the database is taken                                     | `forward-only`     |
 * | Convex: the old functions work on the new schema, whatever was written         | `code-only`        |
 * | Convex: the old schema has to come back with them, and can                     | `code+schema`      |
 * | Convex: only while no document holds a new value, or nobody can tell           | `restore-required` |
 * | Convex: no document can satisfy both schemas                                   | `forward-only`     |
 * | GraphQL, OpenAPI: clients may break, but code and data come back               | `code-only`        |
 */
import { type RollbackClass, worseClass } from '../core/release.ts';
import type { ConvexDiff } from '../schema/convex/index.ts';
import type { PostgresReport, Verdict } from '../schema/postgres/index.ts';

/** What one comparison says about going back over it. */
export interface WayBack {
  readonly class: RollbackClass;
  /** Whose snapshot would be needed; null where none would help, or none is needed. */
  readonly needs: 'postgres' | null;
  /** What in the change makes it so; empty for `code-only`. */
  readonly because: string;
}

export const CODE_ONLY: WayBack = { class: 'code-only', needs: null, because: '' };

/** The way back that promises less; the first of equals. */
export const worseWay = (a: WayBack, b: WayBack): WayBack => (worseClass(a.class, b.class) === a.class ? a : b);

const UNTOLD = 'nobody can tell what it does to running code';

function reasonOf({ oldCode, destroysData, findings }: Verdict, file: string): string {
  const what = destroysData ? 'data is destroyed' : oldCode === 'breaks' ? 'old code breaks' : UNTOLD;
  const [first] = findings;
  return first ? `${file}:${first.line}: ${what}: ${first.why}` : `${file}: ${what}`;
}

/** `files` are those of the migrations of the report, in its order. */
export function postgresWayBack(report: PostgresReport, files: readonly string[]): WayBack {
  const ways = report.migrations.map((verdict, at): WayBack => {
    if (verdict.oldCode === 'works' && !verdict.destroysData) return CODE_ONLY;
    return { class: 'restore-required', needs: 'postgres', because: reasonOf(verdict, files[at] ?? verdict.name) };
  });
  return ways.reduce(worseWay, CODE_ONLY);
}

const CONVEX_WORDS = {
  'code+schema': 'the old functions need the old schema again, which what is written then satisfies',
  'restore-required': 'the old functions cannot live with a new value, and the old schema refuses it',
  'forward-only': 'no document satisfies the old schema and the new one',
} as const;

const CONVEX_CLASSES = {
  'new-schema': 'code-only',
  'old-schema': 'code+schema',
  'mixed-schema': 'code+schema',
  conditional: 'restore-required',
  none: 'forward-only',
} as const;

/** Where the old schema leads back and the new one does too, nothing has to be pushed but code. */
export function convexWayBack({ tables, indexes, rollbackWith, unknown }: ConvexDiff): WayBack {
  const kept = Object.values(tables).every((one) => one.newSchemaAcceptsOldData && one.oldCodeReadsNewData);
  const lostIndex = indexes.some((index) => index.oldCode === 'breaks');
  const found = rollbackWith === 'old-schema' && kept && !lostIndex ? 'code-only' : CONVEX_CLASSES[rollbackWith];
  if (found === 'code-only' && !unknown) return CODE_ONLY;
  const way = found === 'code-only' || found === 'code+schema' ? (unknown ? 'restore-required' : 'code+schema') : found;
  const [table] = Object.entries(tables).find(([, one]) => one.rollback === 'never') ??
    Object.entries(tables).find(([, one]) => one.rollback === 'if-no-new-values') ?? [null];
  return { class: way, needs: null, because: `${table === null ? '' : `${table}: `}${CONVEX_WORDS[way]}` };
}

/** One way over all, with what is snapshotted taken into account. */
export function wayBackOver(ways: readonly WayBack[], snapshots: { readonly postgres: boolean }): WayBack {
  return ways
    .map((way): WayBack => (way.needs === 'postgres' && !snapshots.postgres ? { ...way, class: 'forward-only' } : way))
    .reduce(worseWay, CODE_ONLY);
}
