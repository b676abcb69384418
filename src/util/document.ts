/** Reads a YAML or JSON text and remembers on which line each value stands. */
import type { Document, LineCounter } from 'yaml';

export type KeyPath = readonly (string | number)[];

export interface LocatedDocument {
  readonly value: unknown;
  /** Line (from 1) of the key at this path, else of the nearest parent that is written. */
  lineOf(path: KeyPath): number;
}

export interface SyntaxFault {
  readonly line: number;
  readonly what: string;
}

/** Returns what is wrong instead when the text cannot be read. Duplicate keys are wrong. */
export async function readDocument(text: string): Promise<LocatedDocument | readonly SyntaxFault[]> {
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    return document.errors.map((error) => ({
      line: lines.linePos(error.pos[0]).line,
      what: error.message.split('\n')[0] ?? 'cannot be read',
    }));
  }
  return { value: document.toJS({ maxAliasCount: 100 }), lineOf: (path) => findLine(document, lines, path) };
}

export function isFaulty(read: LocatedDocument | readonly SyntaxFault[]): read is readonly SyntaxFault[] {
  return Array.isArray(read);
}

interface Ranged {
  readonly range?: readonly [number, number, number] | null;
}

interface Collection {
  readonly items: readonly unknown[];
}

/** Walks the nodes rather than `getIn`, because the line of a key is wanted, not that of its value. */
function findLine(document: Document, lines: LineCounter, path: KeyPath): number {
  let node: unknown = document.contents;
  let offset = (node as Ranged | null)?.range?.[0] ?? 0;
  for (const key of path) {
    const items: readonly unknown[] = (node as Collection | null)?.items ?? [];
    if (typeof key === 'number') {
      node = items[key];
      if (!node) break;
      offset = (node as Ranged).range?.[0] ?? offset;
      continue;
    }
    const pair = items.find((item) => keyText(item) === key) as { key: Ranged; value: unknown } | undefined;
    if (!pair) break;
    offset = pair.key.range?.[0] ?? offset;
    node = pair.value;
  }
  return lines.linePos(offset).line;
}

function keyText(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('key' in item)) return undefined;
  const key = item.key as { value?: unknown } | null;
  const value = key?.value;
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : undefined;
}
