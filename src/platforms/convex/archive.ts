/**
 * The ZIP of a Convex export, table by table and line by line: never a whole table in memory.
 * Layout: `<table>/documents.jsonl`, components below `_components/<name>/`, `_tables/` with numbers that mean nothing elsewhere.
 */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { Problem } from '../../core/errors.ts';

/** Belay's own lock and journal may live in the same deployment, and never go back with the data. */
const OWN = '_components/belay/';
const DOCUMENTS = '/documents.jsonl';

export interface ZipTable {
  /** `users`, `_storage`, `_components/billing/invoices` */
  readonly name: string;
  readonly lines: AsyncIterable<string>;
}

function damaged(path: string, why: string): Problem {
  return new Problem('SNAPSHOT_DAMAGED', `the snapshot at ${path} is damaged`, {
    why,
    next: 'belay snapshot list',
    retry: 'after-change',
  });
}

async function openArchive(file: string): Promise<ZipFile> {
  try {
    return await openPromise(file, { lazyEntries: true, autoClose: false });
  } catch (error) {
    throw damaged(file, `it is no whole ZIP: ${(error as Error).message}`);
  }
}

/** Opens it, and sees that it is whole. @throws Problem SNAPSHOT_DAMAGED */
export async function withZip<T>(file: string, work: (zip: ZipFile) => Promise<T>): Promise<T> {
  const zip = await openArchive(file);
  try {
    return await work(zip);
  } finally {
    zip.close();
  }
}

/** Entries of user data; what belongs to Belay is left out. */
export async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for await (const entry of zip.eachEntry()) if (!entry.fileName.startsWith(OWN)) yield entry;
}

export const readEntry = (zip: ZipFile, entry: Entry): Promise<Readable> => zip.openReadStreamPromise(entry);

export function tableOf({ fileName }: Entry): string | null {
  if (!fileName.endsWith(DOCUMENTS) || fileName === `_tables${DOCUMENTS}`) return null;
  if (fileName.endsWith(`/_tables${DOCUMENTS}`)) return null;
  return fileName.slice(0, -DOCUMENTS.length);
}

/** Each table with its documents, one after the other. @throws Problem SNAPSHOT_DAMAGED when an entry is cut off or changed */
export async function* tablesOf(zip: ZipFile, file: string): AsyncGenerator<ZipTable> {
  for await (const entry of entriesOf(zip)) {
    const name = tableOf(entry);
    if (name !== null) yield { name, lines: linesOf(await readEntry(zip, entry), `${file}: ${entry.fileName}`) };
  }
}

/** The names of its tables. */
export function tablesIn(file: string): Promise<readonly string[]> {
  return withZip(file, async (zip) => {
    const names: string[] = [];
    for await (const entry of entriesOf(zip)) {
      const name = tableOf(entry);
      if (name !== null) names.push(name);
    }
    return names;
  });
}

/** One table's documents; the archive is open for as long as they are read. */
export async function* linesIn(file: string, table: string): AsyncGenerator<string> {
  const zip = await openArchive(file);
  try {
    for await (const entry of entriesOf(zip)) {
      if (tableOf(entry) === table) yield* linesOf(await readEntry(zip, entry), `${file}: ${entry.fileName}`);
    }
  } finally {
    zip.close();
  }
}

async function* linesOf(stream: Readable, where: string): AsyncGenerator<string> {
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line !== '') yield line;
    }
  } catch (error) {
    throw damaged(where, (error as Error).message);
  }
}
