/** Two exported Convex schemas → a report, table by table. */
import type { ConvexDiff, Finding, Migrated, Rule, TableDiff } from '../schema/convex/index.ts';
import { changedFields, tablesOf } from './convex-fields.ts';
import { parseJson, type SchemaText, unreadable } from './parse-document.ts';
import { type Level, pairOf, type Reason, type SchemaReport, type Section } from './report.ts';
import { convexWayBack } from './rollback-class.ts';

/** Whether a rule stands in the way by itself; what depends on the table is in `levelOf`. */
const LEVELS: Readonly<Partial<Record<Rule, Level>>> = {
  'old-documents-refused': 'error',
  'schema-refused': 'error',
  'not-understood': 'unknown',
  // Whether it holds documents is not in the schema.
  'table-removed': 'unknown',
  'old-code-meets-new-values': 'warning',
  'field-looks-renamed': 'warning',
  'table-looks-renamed': 'warning',
  'validation-switched-off': 'warning',
  'validation-switched-on': 'warning',
  'staged-validation-discarded': 'warning',
  'index-disabled': 'warning',
  'index-changed': 'warning',
  'index-removed': 'warning',
  'replace-drops-field': 'warning',
  'rollback-needs-mixed-schema': 'warning',
};

/** The live schema has staged this very validator: the documents were looked at, how far is known to Convex only. */
const wasStaged = (table: TableDiff | undefined): boolean =>
  table?.findings.some(({ rule }) => rule === 'staged-validation-applied') ?? false;

function levelOf({ rule }: Finding, table: TableDiff | undefined): Level {
  if (rule === 'old-documents-refused' && wasStaged(table)) return 'unknown';
  // Where nothing is validated, the push passes and the code meets the documents.
  if (rule === 'new-code-meets-old-values') return table?.push === 'always' ? 'error' : 'warning';
  if (rule === 'old-schema-refuses-new-documents') {
    // Where the push is refused already there is nothing to come back from.
    if (table?.rollback === 'never' && table.push !== 'never') return 'error';
    return table?.rollback === 'code-only' ? 'note' : 'warning';
  }
  return LEVELS[rule] ?? 'note';
}

const PUSH = {
  always: 'push: always accepted',
  'if-no-violation': 'push: only if no document is in the way',
  never: 'push: refused, unless the table is empty',
};
const ROLLBACK = {
  always: 'rollback: always',
  'code-only': 'rollback: old code, new schema kept',
  'if-no-new-values': 'rollback: only while no document holds a new value',
  never: 'rollback: impossible, unless the table is empty',
};

/** File and text are what people edit: lines are pointed at in them. */
export interface ConvexSource extends SchemaText {
  /** Parsed JSON of the schema; null where there is none. */
  readonly schema: unknown;
}

/** The line of a field within its table, in JSON as in TypeScript. */
export function lineIn(text: string, table: string | undefined, path: string): number | undefined {
  if (table === undefined) return undefined;
  const lines = text.split('\n');
  const escaped = table.replaceAll(/[^\w]/g, String.raw`\$&`);
  const start = lines.findIndex((line) =>
    new RegExp(`"tableName":\\s*"${escaped}"|\\b${escaped}["']?\\s*:`).test(line),
  );
  if (start < 0) return undefined;
  const [field = ''] = path.split(/[.[{]/);
  const inside = field === '' ? -1 : lines.findIndex((line, at) => at >= start && line.includes(field));
  return (inside < 0 ? start : inside) + 1;
}

/** A release a line, and each command on a line of its own. */
export const inLines = (recipe: string): string =>
  recipe
    .replaceAll(/ *(npx convex run --inline-query '(?:[^']|'\\'')*')[;)]* */g, '\n$1\n')
    .replaceAll(/;? (?=[123]\. )|; (?=with convex )/g, '\n')
    .replaceAll(/\n+/g, '\n')
    .trim();

/** What is known of the documents of a table; null where nothing is. */
export type MigratedOf = (table: string) => Migrated | null;

/** A migration that is done answers for the documents: Convex looks at them all the same while it is pushed. */
function migratedReason(reason: Reason, { rule, table }: Finding, migratedOf: MigratedOf): Reason {
  const migrated = rule === 'old-documents-refused' && table !== undefined ? migratedOf(table) : null;
  if (!migrated) return reason;
  const why = `${reason.why}; ${migrated.why}`;
  return migrated.done ? { ...reason, level: 'warning', why, recipe: undefined } : { ...reason, level: 'error', why };
}

function reasonOf(finding: Finding, table: TableDiff | undefined, source: ConvexSource): Reason {
  const { rule, why, recipe, sample, path } = finding;
  const place = [finding.table, path].filter((part) => part).join('.') || 'schema';
  return {
    level: levelOf(finding, table),
    rule: `convex-${rule}`,
    place,
    why,
    recipe: inLines(recipe),
    shown:
      sample === null || sample === undefined ? [] : [{ sign: ' ', text: `for example ${JSON.stringify(sample)}` }],
    file: source.file,
    line: lineIn(source.text, finding.table, path),
  };
}

/** What the refused documents mean for the new code is said by their refusal. */
function told(table: TableDiff): readonly Finding[] {
  const refused = new Set(
    table.findings.filter(({ rule }) => rule === 'old-documents-refused').map(({ path }) => path),
  );
  return table.findings.filter(({ rule, path }) => rule !== 'new-code-meets-old-values' || !refused.has(path));
}

function sectionsOf(
  diff: ConvexDiff,
  before: ConvexSource,
  after: ConvexSource,
  migratedOf: MigratedOf,
): readonly Section[] {
  const [was, is] = [tablesOf(before.schema), tablesOf(after.schema)];
  const tables = Object.entries(diff.tables).filter(([, table]) => table.findings.length > 0);
  const whole = diff.findings.filter(
    (finding) => !Object.values(diff.tables).some((table) => table.findings.includes(finding)),
  );
  const overall: Section = {
    title: 'the schema as a whole',
    verdicts: [],
    reasons: whole.map((finding) => reasonOf(finding, finding.table ? diff.tables[finding.table] : undefined, after)),
  };
  return [
    ...tables.map(([name, table]) => ({
      title: name,
      verdicts: [PUSH[table.push], ROLLBACK[table.rollback]],
      shown: changedFields(was.get(name), is.get(name)),
      reasons: told(table).map((finding) => migratedReason(reasonOf(finding, table, after), finding, migratedOf)),
    })),
    ...(whole.length === 0 ? [] : [overall]),
  ];
}

/** @throws SchemaFormatError when one of them is no exported schema */
export async function convexSchemas(
  title: string,
  before: ConvexSource,
  after: ConvexSource,
  migratedOf: MigratedOf = () => null,
): Promise<SchemaReport> {
  const { diffConvex } = await import('../schema/convex/index.ts');
  const diff = diffConvex(before.schema, after.schema);
  return {
    title,
    sections: sectionsOf(diff, before, after, migratedOf),
    json: { ...diff },
    wayBack: convexWayBack(diff),
  };
}

const isFunctionSpec = ({ schema }: ConvexSource): boolean =>
  typeof schema === 'object' && schema !== null && 'functions' in schema && !('tables' in schema);

/** Two schemas, or two function specs. @throws Problem SCHEMA_UNREADABLE */
export async function convexReport(old: SchemaText, next: SchemaText): Promise<SchemaReport> {
  const source = (written: SchemaText): ConvexSource => ({ ...written, schema: parseJson(written) });
  const [before, after] = [source(old), source(next)];
  const { SchemaFormatError } = await import('../schema/convex/index.ts');
  try {
    if (!isFunctionSpec(before) || !isFunctionSpec(after)) {
      return await convexSchemas(`Convex · ${pairOf(old, next)}`, before, after);
    }
    const { convexFunctions } = await import('./convex-functions.ts');
    return await convexFunctions(`Convex functions · ${pairOf(old, next)}`, before, after);
  } catch (error) {
    if (!(error instanceof SchemaFormatError)) throw error;
    const { file } = error.message.startsWith('the old') ? old : next;
    throw unreadable(file, error.message, 'export it again: the JSON of schema.export()', error);
  }
}
