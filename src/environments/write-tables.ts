/** Writes a ZIP that a Convex deployment imports, table by table, never a whole table in memory. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

export type Lines = Iterable<string> | AsyncIterable<string>;

/** Lines are gathered up to this many characters. */
const PIECE = 64 * 1024;

async function* gathered(lines: Lines): AsyncGenerator<string> {
  let piece = '';
  for await (const line of lines) {
    piece += line;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** Each line ends with its newline. Tables are read one after the other, each when its turn has come. */
export async function writeTables(
  file: string,
  tables: Iterable<readonly [name: string, lines: Lines]>,
): Promise<void> {
  const zip = new ZipFile();
  // Typed as the narrower interface; it is a PassThrough.
  const output = zip.outputStream as Readable;
  zip.once('error', (error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error))));
  const written = pipeline(output, createWriteStream(file, { mode: 0o600 }));
  for (const [name, lines] of tables) {
    zip.addReadStreamLazy(`${name}/documents.jsonl`, (give) =>
      give(null, Readable.from(gathered(lines), { objectMode: false })),
    );
  }
  zip.end();
  await written;
}
