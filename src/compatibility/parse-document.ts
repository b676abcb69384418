/** The text of a schema file as data, with the lines of what is in it. */
import { Problem } from '../core/errors.ts';
import { isFaulty, type KeyPath, readDocument } from '../util/document.ts';

/** A schema as it is written, and the file in which people edit it. */
export interface SchemaText {
  readonly file: string;
  readonly text: string;
}

export const unreadable = (file: string, why: string, next: string, cause?: unknown): Problem =>
  new Problem('SCHEMA_UNREADABLE', `${file} cannot be read`, { why, next, ...(cause === undefined ? {} : { cause }) });

export interface ReadDocument {
  readonly value: unknown;
  lineOf(path: KeyPath): number;
}

/** JSON or YAML, by what is in it. @throws Problem SCHEMA_UNREADABLE */
export async function parseData({ file, text }: SchemaText): Promise<ReadDocument> {
  try {
    const value: unknown = JSON.parse(text);
    // Lines are looked for only when something is found: reading with places takes ten times as long.
    return { value, lineOf: (path) => lineInJson(text, path) };
  } catch (error) {
    const read = await readDocument(text);
    if (!isFaulty(read)) return read;
    const [first] = read;
    throw unreadable(
      file,
      `line ${first?.line ?? 1}: ${first?.what ?? 'it is neither JSON nor YAML'}`,
      `correct ${file}`,
      error,
    );
  }
}

/** The line where the last key of the path is first written after the keys before it: near enough to jump to. */
function lineInJson(text: string, path: KeyPath): number {
  let offset = 0;
  for (const key of path) {
    const at = text.indexOf(`${JSON.stringify(String(key))}`, offset);
    if (at < 0) break;
    offset = at;
  }
  return text.slice(0, offset).split('\n').length;
}

/** Like `parseData`, for what must be JSON. @throws Problem SCHEMA_UNREADABLE */
export function parseJson({ file, text }: SchemaText): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw unreadable(file, why, `correct ${file}; it has to be JSON`, error);
  }
}
