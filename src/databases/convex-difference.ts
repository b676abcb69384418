/** How many documents were written between two exports. Sixteen bytes a document: a million of them fit. */
import { createHash } from 'node:crypto';
import type { Content } from './convex-content.ts';
import { tablesOf, withZip, type ZipTable } from '../platforms/convex/archive.ts';

export interface Exported {
  readonly file: string;
  readonly content: Content;
}

/** Changed, added and removed documents, over all tables. */
export async function countWrites(before: Exported, after: Exported): Promise<number> {
  const names = new Set([...Object.keys(before.content), ...Object.keys(after.content)]);
  const changed = [...names].filter((name) => before.content[name]?.hash !== after.content[name]?.hash);
  let writes = 0;
  for (const name of changed) writes += await writesIn(name, before, after.file);
  return writes;
}

async function writesIn(table: string, before: Exported, after: string): Promise<number> {
  const old = await hashesOf(before.file, table, before.content[table]?.documents ?? 0);
  let unchanged = 0;
  let known = 0;
  let added = 0;
  await eachLine(after, table, (line) => {
    const at = find(old.ids, hash64(idOf(line)));
    if (at < 0) added += 1;
    else if (old.lines[at] === hash64(line)) unchanged += 1;
    else known += 1;
  });
  return added + known + (old.ids.length - unchanged - known);
}

/** Ids in ascending order, and what each document's line hashes to. */
async function hashesOf(
  file: string,
  table: string,
  size: number,
): Promise<{ ids: BigUint64Array; lines: BigUint64Array }> {
  const ids = new BigUint64Array(size);
  const lines = new BigUint64Array(size);
  let at = 0;
  await eachLine(file, table, (line) => {
    ids[at] = hash64(idOf(line));
    lines[at] = hash64(line);
    at += 1;
  });
  const order = Uint32Array.from(ids.keys()).sort((a, b) => ((ids[a] ?? 0n) < (ids[b] ?? 0n) ? -1 : 1));
  const sorted = (values: BigUint64Array) => BigUint64Array.from(order, (index) => values[index] ?? 0n);
  return { ids: sorted(ids), lines: sorted(lines) };
}

function find(sorted: BigUint64Array, wanted: bigint): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const value = sorted[middle] ?? 0n;
    if (value === wanted) return middle;
    if (value < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

async function eachLine(file: string, table: string, visit: (line: string) => void): Promise<void> {
  await withZip(file, async (zip) => {
    for await (const one of tablesOf(zip, file)) if (one.name === table) await visitAll(one, visit);
  });
}

async function visitAll({ lines }: ZipTable, visit: (line: string) => void): Promise<void> {
  for await (const line of lines) visit(line);
}

const hash64 = (text: string): bigint => createHash('sha256').update(text).digest().readBigUInt64LE();

function idOf(line: string): string {
  return String((JSON.parse(line) as { readonly _id?: unknown })._id);
}
