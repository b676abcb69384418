/** The safe way to make a change, in the user's own names: widen, migrate, narrow. */
import type { Relation } from './comparer.ts';
import { countQuery } from './count-query.ts';
import { describeType } from './describe.ts';
import { reads, type Subject } from './explain.ts';
import { type Gap, showPath } from './gap.ts';
import { validatorCode } from './validator-code.ts';

/** A field of the document itself can be staged by its name; anything deeper needs the whole validator. */
function stagedHint(gap: Gap, code: string): string {
  const [field] = gap.path;
  const change =
    gap.path.length === 1 && field !== undefined ? `.staged({ ${field}: ${code} })` : '.staged(…the next validator…)';
  return `with convex 1.47 or later put release 3 behind ${change} first: it validates in the background`;
}

export function recipeFor(relation: Relation, gap: Gap, subject: Subject): string {
  if (subject.table === undefined) return recipeForValue(relation, gap);
  if (relation === 'newSchemaAcceptsOldData') return migrate(gap, subject.table);
  if (relation === 'oldSchemaAcceptsNewData') return goBack(gap, subject.table);
  return readFirst(relation, gap);
}

/** Three releases. */
function migrate(gap: Gap, table: string): string {
  const path = showPath(gap.path) || 'the document';
  const releases = (widen: string, move: string, narrow: string, staged: string) =>
    `three releases: 1. ${widen}; 2. ${move} (a migration over ${table}, run to its end; count what is left: ${countQuery(table, gap)}); 3. ${narrow}; ${staged}`;
  if (gap.kind === 'absent') {
    const code = validatorCode(gap.to);
    return releases(
      `${path}: v.optional(${code}), and code that writes it`,
      `fill in ${path} where it is missing`,
      `${path}: ${code}`,
      stagedHint(gap, code),
    );
  }
  if (gap.kind === 'extra') {
    return releases(
      `${path}: v.optional(${validatorCode(gap.from)}), and code that no longer needs or writes it`,
      `unset ${path} where it is set`,
      `remove ${path} from the schema`,
      stagedHint(gap, 'undefined'),
    );
  }
  const to = validatorCode(gap.to);
  return releases(
    `${path}: v.union(${validatorCode(gap.from)}, ${to}), and code that reads both and writes the new`,
    `rewrite ${path} where it is not ${describeType(gap.to)}`,
    `${path}: ${to}`,
    stagedHint(gap, to),
  );
}

function goBack(gap: Gap, table: string): string {
  return `the old schema can be pushed again only while this counts 0: ${countQuery(table, gap)}; where the rollback says code-only, the old functions run on the new schema instead`;
}

function readFirst(relation: Relation, gap: Gap): string {
  const path = showPath(gap.path) || 'the document';
  const copes =
    gap.kind === 'absent'
      ? `works without ${path}`
      : `copes with ${gap.kind === 'type' ? describeType(gap.from) : 'any value'} at ${path}`;
  if (relation === 'newCodeReadsOldData') return `let the new code cope until the migration is complete: it ${copes}`;
  return `first release code that ${copes}, then this change: that release is then the way back`;
}

function recipeForValue(relation: Relation, gap: Gap): string {
  const path = showPath(gap.path) || 'the value';
  if (reads(relation)) return readFirst(relation, gap);
  if (gap.kind === 'absent')
    return `make ${path} optional (v.optional(${validatorCode(gap.to)})) until every caller sends it`;
  if (gap.kind === 'extra') return `keep ${path} as v.optional(${validatorCode(gap.from)}) until no caller sends it`;
  return `accept both, v.union(${validatorCode(gap.from)}, ${validatorCode(gap.to)}), until every caller has moved`;
}
