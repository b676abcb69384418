/** Whether the documents of a table were migrated: what `@convex-dev/migrations` and staged validators say. Pure. */
import { isObject, type JsonObject, SchemaFormatError } from './validator.ts';

/** A row of the component's table `migrations`; `getStatus` gives the same without the table. */
export interface MigrationRow {
  readonly name: string;
  readonly table: string | null;
  readonly isDone: boolean;
  readonly error: string | null;
  /** Milliseconds since 1970; null where it is not said. */
  readonly latestStart: number | null;
  readonly latestEnd: number | null;
  readonly processed: number | null;
}

export interface MigrationState {
  readonly migrations: readonly MigrationRow[];
  /** By table: how far Convex is with validating documents against the staged validator. */
  readonly staged: Readonly<Record<string, 'validated' | 'validating' | 'failed'>>;
}

const STAGED = ['validated', 'validating', 'failed'] as const;

const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function rowOf(json: unknown, at: number): MigrationRow {
  if (!isObject(json) || typeof json.name !== 'string')
    throw new SchemaFormatError(`entry ${at} is no state of a migration: "name" is expected`);
  const { state } = json;
  if (typeof json.isDone !== 'boolean' && typeof state !== 'string')
    throw new SchemaFormatError(`the migration ${json.name} does not say whether it is done: "isDone" is expected`);
  return {
    name: json.name,
    table: text(json.table),
    isDone: typeof json.isDone === 'boolean' ? json.isDone : state === 'success',
    error: text(json.error) ?? (state === 'failed' || state === 'canceled' ? String(state) : null),
    latestStart: number(json.latestStart),
    latestEnd: number(json.latestEnd),
    processed: number(json.processed),
  };
}

function stagedOf(json: unknown): MigrationState['staged'] {
  if (json === undefined) return {};
  if (!isObject(json)) throw new SchemaFormatError('"staged" is expected to hold a word for each table');
  const words = Object.entries(json).map(([table, said]) => {
    const word = STAGED.find((one) => one === said);
    if (!word) throw new SchemaFormatError(`"staged" of ${table} is none of ${STAGED.join(', ')}`);
    return [table, word] as const;
  });
  return Object.fromEntries(words);
}

/**
 * Rows as a list, `{ migrations, staged }`, or what `lib:getStatus` prints.
 * @throws SchemaFormatError
 */
export function readMigrationState(json: unknown): MigrationState {
  const whole: JsonObject = Array.isArray(json) ? { migrations: json } : isObject(json) ? json : {};
  const { migrations = 'staged' in whole ? [] : undefined, staged } = whole;
  if (!Array.isArray(migrations))
    throw new SchemaFormatError('a list of migrations is expected, or an object with "migrations" and "staged"');
  return { migrations: migrations.map(rowOf), staged: stagedOf(staged) };
}

export interface Migrated {
  readonly done: boolean;
  readonly why: string;
}

/**
 * Whether the documents of `table` were migrated for a change that follows the release of the moment `since`
 * (milliseconds since 1970; null when it is not known). Null where nothing is said about the table. What ran before the
 * live release was made for another change, and one that is done says nothing about one that is not.
 */
export function migratedTable(state: MigrationState, table: string, since: number | null): Migrated | null {
  const staged = state.staged[table];
  if (staged === 'validated') return { done: true, why: `Convex has validated every document of ${table}` };
  const rows = state.migrations.filter((row) => row.table === table);
  const broken = rows.find(({ error }) => error !== null);
  if (broken) return { done: false, why: `the migration ${broken.name} failed: ${broken.error}` };
  const open = rows.find(({ isDone }) => !isDone);
  if (open) return { done: false, why: `the migration ${open.name} is not done${processed(open)}` };
  const fresh = rows.find((row) => isLater(row, since));
  if (fresh) return { done: true, why: `the migration ${fresh.name} is done${processed(fresh)}` };
  const [old] = rows;
  if (old)
    return { done: false, why: `the migration ${old.name} ran before the live release: it was for another change` };
  if (staged === undefined) return null;
  const how = staged === 'failed' ? 'a document is in the way of' : 'Convex has not yet looked at all documents for';
  return { done: false, why: `${how} the staged validator of ${table}` };
}

const processed = (row: MigrationRow): string => (row.processed === null ? '' : `, ${row.processed} documents`);

/** Without both moments nobody can tell that it was for an earlier change. */
function isLater({ latestStart }: MigrationRow, since: number | null): boolean {
  return since === null || latestStart === null || latestStart >= since;
}
