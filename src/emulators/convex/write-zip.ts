/** A snapshot as the vendor's ZIP, streamed: nothing is held but the piece that goes out. */
import { Readable } from 'node:stream';
import { convexToJson } from 'convex/values';
import { ZipFile } from 'yazl';
import type { ComponentSnapshot, StoredFile } from './snapshot.ts';
import type { StoredDocument } from './table-data.ts';

const README = `# Welcome to your Convex snapshot export!

This ZIP file contains a snapshot of the tables in your Convex deployment.
`;

/** Lines are gathered up to this many characters. */
const PIECE = 64 * 1024;

export function writeZip(snapshot: readonly ComponentSnapshot[], takenAt: Date): Readable {
  const zip = new ZipFile();
  const add = (path: string, lines: () => Iterable<string>) =>
    zip.addReadStreamLazy(path, { mtime: takenAt, compress: true }, (give) => give(null, pieces(lines())));
  zip.addBuffer(Buffer.from(README), 'README.md', { mtime: takenAt });
  for (const { component, tables, files } of snapshot) {
    const folder =
      component === ''
        ? ''
        : component
            .split('/')
            .map((name) => `_components/${name}/`)
            .join('');
    add(`${folder}_tables/documents.jsonl`, () =>
      tables.map(({ name, number }) => JSON.stringify({ name, id: number })),
    );
    for (const { name, documents } of tables) {
      add(`${folder}${name}/documents.jsonl`, () => documentLines(documents));
      add(`${folder}${name}/generated_schema.jsonl`, () => ['"uniform"']);
    }
    if (files.length > 0) addFiles(zip, folder, files, takenAt, add);
  }
  zip.end();
  // Typed as the narrower interface; it is a PassThrough.
  const stream = zip.outputStream as Readable;
  zip.on('error', (error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
  return stream;
}

function addFiles(
  zip: ZipFile,
  folder: string,
  files: readonly StoredFile[],
  takenAt: Date,
  add: (path: string, lines: () => Iterable<string>) => void,
): void {
  add(`${folder}_storage/documents.jsonl`, () =>
    files.map(({ document, content }) =>
      JSON.stringify({
        ...(convexToJson(document) as object),
        contentType: content.type === '' ? null : content.type,
        internalId: document._id,
      }),
    ),
  );
  for (const { document, content } of files) {
    zip.addReadStreamLazy(`${folder}_storage/${document._id}`, { mtime: takenAt }, (give) =>
      give(null, Readable.fromWeb(content.stream() as Parameters<typeof Readable.fromWeb>[0])),
    );
  }
}

function* documentLines(documents: readonly StoredDocument[]): Iterable<string> {
  for (const document of documents) yield JSON.stringify(convexToJson(document));
}

function pieces(lines: Iterable<string>): Readable {
  return Readable.from(joined(lines), { objectMode: false });
}

function* joined(lines: Iterable<string>): Iterable<string> {
  let piece = '';
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
