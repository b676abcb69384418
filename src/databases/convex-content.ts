/** What an export holds: per table its number of documents, and a hash that does not depend on their order. */
import { createHash } from 'node:crypto';
import { hashOf } from '../core/journal.ts';
import type { Fingerprint } from './database.ts';
import { tablesOf, withZip } from '../platforms/convex/archive.ts';

export interface TableContent {
  readonly documents: number;
  readonly bytes: number;
  /** SHA-256 of each document's line, combined: each holds its own id, so no two are equal and cancel out. */
  readonly hash: string;
}

export type Content = Readonly<Record<string, TableContent>>;

export function readContent(file: string, signal: AbortSignal): Promise<Content> {
  return withZip(file, async (zip) => {
    const tables: Record<string, TableContent> = {};
    for await (const { name, lines } of tablesOf(zip, file)) {
      signal.throwIfAborted();
      tables[name] = await contentOf(lines);
    }
    return tables;
  });
}

async function contentOf(lines: AsyncIterable<string>): Promise<TableContent> {
  const combined = Buffer.alloc(32);
  let documents = 0;
  let bytes = 0;
  for await (const line of lines) {
    const one = createHash('sha256').update(line).digest();
    for (let at = 0; at < 32; at += 1) combined[at] = (combined[at] ?? 0) ^ (one[at] ?? 0);
    documents += 1;
    bytes += Buffer.byteLength(line);
  }
  return { documents, bytes, hash: combined.toString('hex') };
}

/** A table without documents is like none: which of them exist is the schema's word. */
export function fingerprintOf(content: Content): Fingerprint {
  const filled = Object.entries(content).filter(([, { documents }]) => documents > 0);
  const sum = (of: (table: TableContent) => number) => filled.reduce((total, [, table]) => total + of(table), 0);
  return {
    content: hashOf(Object.fromEntries(filled)),
    schema: null,
    bytes: sum(({ bytes }) => bytes),
    items: sum(({ documents }) => documents),
  };
}
