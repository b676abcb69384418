/** What an upload brings: documents by component and table, and files. */
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type JSONValue, jsonToConvex, type Value } from 'convex/values';
import { type Entry, fromBuffer, type ZipFile } from 'yauzl';

export type ImportedDocument = Readonly<Record<string, Value>>;

export interface Imported {
  /** By component path. */
  readonly components: Map<string, Map<string, ImportedDocument[]>>;
  /** By component path and id. */
  readonly files: Map<string, Map<string, Buffer>>;
}

export interface ImportChoice {
  readonly mode: 'requireEmpty' | 'append' | 'replace' | 'replaceAll';
  readonly format: 'csv' | 'jsonLines' | 'jsonArray' | 'zip';
  readonly tableName: string | null;
  readonly componentPath: string;
}

/** Throws an `Error` whose text the importing person reads. */
export async function parseImport(upload: Buffer, choice: ImportChoice): Promise<Imported> {
  const imported: Imported = { components: new Map(), files: new Map() };
  if (choice.format === 'zip') await readZip(upload, choice.componentPath, imported);
  else
    tableIn(imported, choice.componentPath, choice.tableName ?? '').push(...readRows(upload.toString('utf8'), choice));
  return imported;
}

function tableIn(imported: Imported, component: string, table: string): ImportedDocument[] {
  const tables = imported.components.get(component) ?? new Map<string, ImportedDocument[]>();
  imported.components.set(component, tables);
  const documents = tables.get(table) ?? [];
  tables.set(table, documents);
  return documents;
}

const COMPONENT = /_components\/([^/]+)\//g;
const DOCUMENTS = /^(?:_components\/[^/]+\/)*([^/]+)\/documents\.jsonl$/;
const FILE = /^(?:_components\/[^/]+\/)*_storage\/([^/.]+)(?:\.[^/]*)?$/;

async function readZip(upload: Buffer, into: string, imported: Imported): Promise<void> {
  const zip = await openZip(upload);
  for await (const { name, stream } of entriesOf(zip)) {
    const inner = [...name.matchAll(COMPONENT)].map(([, component = '']) => component);
    const component = [into, ...inner].filter((part) => part !== '').join('/');
    const table = DOCUMENTS.exec(name)?.[1];
    const file = FILE.exec(name)?.[1];
    if (table !== undefined && table !== '_tables') {
      const documents = tableIn(imported, component, table);
      for await (const line of createInterface({ input: stream })) {
        if (line !== '') documents.push(documentOf(JSON.parse(line) as JSONValue, name));
      }
    } else if (file !== undefined) {
      const files = imported.files.get(component) ?? new Map<string, Buffer>();
      imported.files.set(component, files.set(file, await buffer(stream)));
    } else stream.resume();
  }
}

async function openZip(upload: Buffer): Promise<ZipFile> {
  const open = promisify<Buffer, { lazyEntries: true }, ZipFile>(fromBuffer);
  try {
    return await open(upload, { lazyEntries: true });
  } catch (error) {
    throw new Error(`Could not read the ZIP file: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<{ readonly name: string; readonly stream: Readable }> {
  const openStream = promisify<Entry, Readable>((entry, done) => zip.openReadStream(entry, done));
  const broken = new Promise<never>((_resolve, reject) => void zip.once('error', reject));
  for (let left = zip.entryCount; left > 0; left -= 1) {
    const next = new Promise<Entry>((resolve) => void zip.once('entry', resolve));
    zip.readEntry();
    const entry = await Promise.race([next, broken]);
    yield { name: entry.fileName, stream: await openStream(entry) };
  }
}

function documentOf(json: JSONValue, where: string): ImportedDocument {
  const value = jsonToConvex(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof ArrayBuffer)
    throw new Error(`Each line must be an object: ${where}`);
  return value as ImportedDocument;
}

function readRows(text: string, { format, tableName }: ImportChoice): ImportedDocument[] {
  if (tableName === null) throw new Error(`A table must be named for the format ${format}`);
  if (format === 'csv') return readCsv(text);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const rows =
    format === 'jsonArray' ? (JSON.parse(text) as JSONValue[]) : lines.map((line) => JSON.parse(line) as JSONValue);
  return rows.map((row) => documentOf(row, tableName));
}

/** As the vendor reads it: numbers where a cell is one, texts otherwise. */
function readCsv(text: string): ImportedDocument[] {
  const [header = [], ...rows] = text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    );
  const cell = (value: string): Value => (value !== '' && Number.isFinite(Number(value)) ? Number(value) : value);
  return rows.map((row) => Object.fromEntries(header.map((name, at) => [name, cell(row[at] ?? '')])));
}
