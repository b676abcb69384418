/** Puts rows of plausible values into the empty tables of a scratch database, so that a migration meets data there. */
import type { Client } from 'pg';
import { candidatesFor, type ColumnFacts } from './plausible-values.ts';
import { type ForeignKey, readTables, type TableFacts } from './table-facts.ts';

/** Enough that a scan is told from a look; few enough to take no time. */
export const ROWS = 16;
/** How many ways to fill one row are tried before its table is left as it is. */
const TRIES = 12;

export interface Filled {
  /** Tables that hold rows now, quoted and with their schema. */
  readonly filled: readonly string[];
  /** Tables whose constraints no made-up row satisfied. */
  readonly empty: readonly string[];
}

type Parents = ReadonlyMap<ForeignKey, readonly (readonly (string | null)[])[]>;

/** Parents come before children; what refers to itself in a circle is tried with what is there. */
function inOrder(tables: readonly TableFacts[]): readonly TableFacts[] {
  const done: TableFacts[] = [];
  let open = [...tables];
  while (open.length > 0) {
    const names = new Set(open.map(({ name }) => name));
    const ready = open.filter((one) =>
      one.foreignKeys.every(({ target }) => target === one.name || !names.has(target)),
    );
    const next = ready.length > 0 ? ready : open.slice(0, 1);
    done.push(...next);
    open = open.filter((one) => !next.includes(one));
  }
  return done;
}

async function parentsOf(client: Client, { foreignKeys }: TableFacts): Promise<Parents> {
  const parents = new Map<ForeignKey, readonly (readonly (string | null)[])[]>();
  for (const key of foreignKeys) {
    const columns = key.targetColumns.map((column, at) => `${column}::text AS c${at}`).join(', ');
    const { rows } = await client.query<Record<string, string | null>>(
      `SELECT ${columns} FROM ${key.target} ORDER BY 1 LIMIT ${ROWS}`,
    );
    parents.set(
      key,
      rows.map((row) => key.targetColumns.map((_, at) => row[`c${at}`] ?? null)),
    );
  }
  return parents;
}

/** Null leaves the column to its default. */
function valueOf(column: ColumnFacts, row: number, attempt: number): string | null {
  if (column.fillsItself) return null;
  const values = candidatesFor(column, row);
  // First what the type suggests, then what the constraints name, then each column on its own.
  const at = attempt < 4 ? attempt : (attempt * 7 + column.position * 3 + row) % Math.max(1, values.length);
  return values[at % Math.max(1, values.length)] ?? null;
}

function insertOf(table: TableFacts, parents: Parents, row: number, attempt: number): string {
  const values = new Map<string, string>();
  for (const column of table.columns) {
    const skipped = column.nullable && (row + column.position) % 5 === 4 && attempt < 2;
    const value = skipped ? null : valueOf(column, row, attempt);
    if (value !== null) values.set(column.name, value);
  }
  for (const [{ columns }, rows] of parents) {
    const parent = rows[row % Math.max(1, rows.length)];
    for (const [at, column] of columns.entries()) {
      const value = parent?.[at] ?? null;
      if (value === null) values.delete(column);
      else values.set(column, `'${value.replaceAll("'", "''")}'`);
    }
  }
  if (values.size === 0) return `INSERT INTO ${table.name} DEFAULT VALUES`;
  return `INSERT INTO ${table.name} (${[...values.keys()].join(', ')}) VALUES (${[...values.values()].join(', ')})`;
}

/** True when a row went in. */
async function insertRow(client: Client, table: TableFacts, parents: Parents, row: number): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    try {
      await client.query(insertOf(table, parents, row, attempt));
      return true;
    } catch {
      // A constraint refuses this row: the next attempt makes another.
    }
  }
  return false;
}

/** The connection must be in no transaction. */
export async function fillTables(client: Client): Promise<Filled> {
  const [filled, empty]: [string[], string[]] = [[], []];
  for (const table of inOrder(await readTables(client))) {
    const parents = await parentsOf(client, table);
    let count = 0;
    for (let row = 1; row <= ROWS; row++) {
      if (await insertRow(client, table, parents, row)) count += 1;
      // What refuses the first rows refuses the others too.
      else if (count === 0 && row === 3) break;
    }
    (count > 0 ? filled : empty).push(table.name);
  }
  await client.query('ANALYZE');
  return { filled, empty };
}
