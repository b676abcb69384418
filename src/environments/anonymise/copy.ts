/** The export of one deployment, anonymised into an archive for another: read twice, a document at a time. */
import { Problem } from '../../core/errors.ts';
import { linesIn, tablesIn } from '../../platforms/convex/archive.ts';
import type { Json, ValidatorJson } from '../../schema/convex/validator.ts';
import { writeTables } from '../write-tables.ts';
import { anonymised } from './document.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import type { RuleOf } from './rules.ts';

export interface CopyOptions {
  /** The true documents: an export. */
  readonly from: string;
  /** Written here. */
  readonly to: string;
  /** Validators of the deployment that the export is of. */
  readonly types: ReadonlyMap<string, ValidatorJson>;
  readonly ruleOf: RuleOf;
  readonly pseudonyms: Pseudonyms;
  readonly signal: AbortSignal;
}

export interface Unsure {
  /** `users.bio` */
  readonly field: string;
  readonly kind: 'text' | 'number' | 'bytes' | 'keys';
  readonly values: number;
}

export interface Copied {
  readonly table: string;
  readonly documents: number;
}

type TellUnsure = (field: string, kind: Unsure['kind']) => void;

/** Components and files have no validator that tells what they hold: they stay behind. */
async function copiedTables({ from }: CopyOptions): Promise<readonly string[]> {
  return (await tablesIn(from)).filter((name) => !name.startsWith('_'));
}

async function* rewritten(options: CopyOptions, table: string, unsure: TellUnsure): AsyncGenerator<string> {
  const { from, types, ruleOf, pseudonyms, signal } = options;
  const to = {
    table,
    ruleOf,
    pseudonyms,
    unsure: (path: string, kind: Unsure['kind']) => unsure(`${table}.${path}`, kind),
  };
  const type = types.get(table) ?? { type: 'any' };
  for await (const line of linesIn(from, table)) {
    signal.throwIfAborted();
    yield `${JSON.stringify(anonymised(to, JSON.parse(line) as Record<string, Json>, type))}\n`;
  }
}

/** Fields with values of which nobody can tell what they are. Nothing is written. */
export async function findUnsure(options: CopyOptions): Promise<readonly Unsure[]> {
  const found = new Map<string, Unsure>();
  const unsure: TellUnsure = (field, kind) =>
    void found.set(field, { field, kind, values: (found.get(field)?.values ?? 0) + 1 });
  for (const table of await copiedTables(options)) {
    const lines = rewritten(options, table, unsure);
    while (!(await lines.next()).done);
  }
  return [...found.values()].sort((a, b) => (a.field < b.field ? -1 : 1));
}

/** @throws Problem CONSENT_NEEDED with the fields that need a rule, before anything is written */
export async function writeCopy(options: CopyOptions): Promise<readonly Copied[]> {
  const unsure = await findUnsure(options);
  if (unsure.length > 0) throw undecided(unsure);
  const counts = new Map((await copiedTables(options)).map((name) => [name, 0]));
  const tables = [...counts.keys()].map((name) => [name, counted(options, name, counts)] as const);
  await writeTables(options.to, tables);
  return [...counts].map(([table, documents]) => ({ table, documents }));
}

async function* counted(options: CopyOptions, name: string, counts: Map<string, number>): AsyncGenerator<string> {
  const changed: TellUnsure = (field) => {
    throw new Error(`${field} was decided in the first reading, and is not in the second`);
  };
  for await (const line of rewritten(options, name, changed)) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    yield line;
  }
}

function undecided(unsure: readonly Unsure[]): Problem {
  const count = unsure.length === 1 ? '1 field' : `${unsure.length} fields`;
  return new Problem('CONSENT_NEEDED', `Nobody can tell what is in ${count}, so nothing was written`, {
    why: 'neither their names nor their values say what they hold; a free text may name anybody',
    next: `a rule for each in a file, such as "${unsure[0]?.field}: text", and --rules FILE; or --keep FIELD`,
    details: unsure.map(({ field, kind, values }) => `${field}: ${kind}, ${values} times`),
    retry: 'after-change',
  });
}
