/** Imports put in place: built beside, checked against the live schema, swapped at once. */
import type { Value } from 'convex/values';
import type { Deployment } from './deployment.ts';
import type { ImportChoice, Imported, ImportedDocument } from './parse-import.ts';
import { definitionAt } from './revision.ts';
import { refusedWrite, tableIn } from './schema.ts';
import {
  countOf,
  isSystemTable,
  newCreationTime,
  newId,
  type StoredDocument,
  type TableData,
  tableNumber,
  tableOf,
  tablesOf,
} from './table-data.ts';

export interface PlannedTable {
  readonly component: string;
  readonly table: string;
  readonly created: number;
  readonly deleted: number;
  readonly existing: number;
}

/** What the import would do, table by table. */
export function planImport(deployment: Deployment, imported: Imported, choice: ImportChoice): PlannedTable[] {
  return affected(deployment, imported, choice).flatMap((component) => {
    const brought = imported.components.get(component) ?? new Map<string, ImportedDocument[]>();
    const data = deployment.dataOf(component);
    const gone = choice.mode === 'replaceAll' ? tablesOf(data) : [];
    return [...new Set([...brought.keys(), ...gone])].toSorted().map((table) => {
      const existing = countOf(data, table);
      const deleted = choice.mode === 'replace' || choice.mode === 'replaceAll' ? existing : 0;
      return { component, table, created: brought.get(table)?.length ?? 0, deleted, existing };
    });
  });
}

/** A root import of mode `replaceAll` empties the components too, also those that the ZIP does not name. */
function affected(deployment: Deployment, imported: Imported, { mode, componentPath }: ImportChoice): string[] {
  const below = deployment
    .mounted()
    .filter((path) => componentPath === '' || path === componentPath || path.startsWith(`${componentPath}/`));
  return [...new Set([...imported.components.keys(), ...(mode === 'replaceAll' ? below : [])])];
}

/** Answers how many documents were written. Throws an `Error` whose text the importing person reads; nothing is changed then. */
export async function applyImport(deployment: Deployment, imported: Imported, choice: ImportChoice): Promise<number> {
  let written = 0;
  const swaps: (() => void)[] = [];
  for (const component of affected(deployment, imported, choice)) {
    if (!deployment.mounted().includes(component)) throw new Error(`Component "${component}" is not mounted.`);
    const built = build(deployment, component, imported, choice);
    written += built.written;
    swaps.push(built.swap);
  }
  const swapAll = () => swaps.forEach((swap) => swap());
  await (deployment.engine ? deployment.engine.exclusively(swapAll) : swapAll());
  return written;
}

function build(deployment: Deployment, component: string, imported: Imported, choice: ImportChoice) {
  const data = deployment.dataOf(component);
  const brought = imported.components.get(component) ?? new Map<string, ImportedDocument[]>();
  const replaced = (table: string) =>
    !isSystemTable(table) && (choice.mode === 'replaceAll' || (choice.mode === 'replace' && brought.has(table)));
  const tables = new Map([...data.tables].filter(([table]) => !replaced(table)));
  let written = 0;
  for (const [table, imports] of brought) {
    // What is live stays untouched until the swap.
    const rows = new Map(tables.get(table));
    tables.set(table, rows);
    for (const row of imports) {
      const document = stored(deployment, component, table, row);
      if (rows.has(document._id) && table !== '_storage')
        throw new Error(`Document with ID "${document._id}" is already in table "${table}".`);
      rows.set(document._id, document);
      written += isSystemTable(table) ? 0 : 1;
    }
  }
  const swap = () => {
    data.tables = tables;
    for (const [id, content] of imported.files.get(component) ?? [])
      data.files[id] = new Blob([new Uint8Array(content)]);
    if (choice.mode === 'replaceAll') forgetTables(deployment, component, brought);
    for (const table of brought.keys()) if (!isSystemTable(table)) tableNumber(data, table);
  };
  return { written, swap };
}

function stored(deployment: Deployment, component: string, table: string, row: ImportedDocument): StoredDocument {
  const data = deployment.dataOf(component);
  const { _id, _creationTime, internalId: _internal, contentType: _type, ...rest } = row;
  const fields = table === '_storage' ? rest : withoutSystemFields(row);
  const id = typeof _id === 'string' ? knownId(data, table, _id) : newId(data, table);
  const creationTime = typeof _creationTime === 'number' ? _creationTime : newCreationTime(data);
  const refused = refusedWrite(definitionAt(deployment.live, component)?.schema ?? null, table, fields);
  if (refused !== null) throw new Error(refused);
  return { ...fields, _id: id, _creationTime: creationTime };
}

function withoutSystemFields({ _id, _creationTime, ...fields }: ImportedDocument): Record<string, Value> {
  return fields;
}

/** Ids that come after must not meet an imported one. */
function knownId(data: TableData, table: string, id: string): string {
  if (tableOf(id) !== table) throw new Error(`"${id}" is not an id of table "${table}".`);
  const number = Number.parseInt(id, 10);
  if (number >= data.nextId) data.nextId = number + 1;
  return id;
}

/** Tables that neither the import nor the schema names are gone. */
function forgetTables(deployment: Deployment, component: string, brought: ReadonlyMap<string, unknown>): void {
  const schema = definitionAt(deployment.live, component)?.schema ?? null;
  const { numbers } = deployment.dataOf(component);
  for (const table of numbers.keys()) if (!brought.has(table) && !tableIn(schema, table)) numbers.delete(table);
}
