/** The documents of one component: what outlives pushes, and what exports and imports read and swap. */
import type { Value } from 'convex/values';

export type StoredDocument = Readonly<Record<string, Value>> & {
  readonly _id: string;
  readonly _creationTime: number;
};

export type Rows = Map<string, StoredDocument>;

/** The engine writes into this very object: a swap of `tables` is seen by the next transaction. */
export interface TableData {
  /** By table and id, system tables too. */
  tables: Map<string, Rows>;
  files: Record<string, Blob>;
  /** The number of the next document, over all tables. */
  nextId: number;
  lastCreationTime: number;
  /** Tables that were ever named, with their numbers; an empty one stays. */
  readonly numbers: Map<string, number>;
}

/** User tables begin here, as with the vendor. */
const FIRST_TABLE = 10_001;

const ID_LENGTH = 32;

export const createTableData = (): TableData => ({
  tables: new Map(),
  files: Object.create(null) as TableData['files'],
  nextId: 10_000,
  lastCreationTime: 0,
  numbers: new Map(),
});

/** Ids are digits, then the table's name: convex-test reads the table off them. Null: no id of this emulator. */
export function tableOf(id: string): string | null {
  let at = 0;
  while (isDigit(id.charCodeAt(at))) at += 1;
  return at === 0 || at === id.length ? null : id.slice(at);
}

const isDigit = (code: number) => code >= 48 && code <= 57;

export const isSystemTable = (table: string) => table.startsWith('_');

/** The number of a table, given on its first use. */
export function tableNumber(data: TableData, table: string): number {
  const known = data.numbers.get(table);
  if (known !== undefined) return known;
  const number = FIRST_TABLE + data.numbers.size;
  data.numbers.set(table, number);
  return number;
}

export function newId(data: TableData, table: string): string {
  const id = data.nextId.toString().padStart(ID_LENGTH - table.length, '0') + table;
  data.nextId += 1;
  return id;
}

/** Strictly later than any before, as the vendor's. */
export function newCreationTime(data: TableData): number {
  const now = Date.now();
  data.lastCreationTime = now <= data.lastCreationTime ? data.lastCreationTime + 0.001 : now;
  return data.lastCreationTime;
}

export const documentOf = (data: TableData, id: string): StoredDocument | undefined =>
  data.tables.get(tableOf(id) ?? '')?.get(id);

export function putDocument(data: TableData, document: StoredDocument): void {
  rowsIn(data.tables, tableOf(document._id) ?? '').set(document._id, document);
}

export const deleteDocument = (data: TableData, id: string): void =>
  void data.tables.get(tableOf(id) ?? '')?.delete(id);

/** The rows of a table, made where there are none yet. */
export function rowsIn(tables: Map<string, Rows>, table: string): Rows {
  const rows = tables.get(table) ?? new Map<string, StoredDocument>();
  tables.set(table, rows);
  return rows;
}

/** User tables that hold documents, or that somebody named. */
export function tablesOf(data: TableData): string[] {
  for (const [table, rows] of data.tables) if (rows.size > 0 && !isSystemTable(table)) tableNumber(data, table);
  return [...data.numbers.keys()].toSorted();
}

export const countOf = (data: TableData, table: string): number => data.tables.get(table)?.size ?? 0;

/** Oldest first. */
export function rowsOf(data: TableData, table: string): readonly StoredDocument[] {
  const rows = [...(data.tables.get(table)?.values() ?? [])];
  return inOrder(rows) ? rows : rows.sort((a, b) => a._creationTime - b._creationTime);
}

/** Rows keep the order of insertion: sorting a million documents for nothing is not free. */
function inOrder(list: readonly StoredDocument[]): boolean {
  return list.every((document, at) => at === 0 || (list[at - 1]?._creationTime ?? 0) <= document._creationTime);
}
