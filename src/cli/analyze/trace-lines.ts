/** Lines of a file, plain or gzipped, streamed; a file that was cut in the middle gives what is left of it. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Problem } from '../../core/errors.ts';

export interface LineSink {
  /** One line without its end; the first is number 1. */
  line(text: string, number: number): void;
}

export interface Ending {
  /** The gzip stream ends before it should. */
  readonly cut: boolean;
  /** What stood behind the last end of a line; empty in a whole file. */
  readonly rest: string;
  readonly restNumber: number;
}

const GZIP_MAGIC = 0x1f8b;

/** Splits chunks into lines. Latin-1 keeps every byte, whatever a cut did to a character. */
function createSplitter(sink: LineSink) {
  let rest = '';
  let number = 0;
  return {
    push(chunk: Buffer): void {
      const text = rest + chunk.toString('latin1');
      let from = 0;
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
        number += 1;
        sink.line(
          text.charCodeAt(at - 1) === 13 && at > from ? text.slice(from, at - 1) : text.slice(from, at),
          number,
        );
        from = at + 1;
      }
      rest = text.slice(from);
    },
    rest: () => ({ rest: rest.replace(/\r$/, ''), restNumber: number + 1 }),
  };
}

/** Gives gunzip one chunk after the other and waits for what comes out, so that all that can be read has been when it fails. */
function createInflater(out: (chunk: Buffer) => void) {
  const inflated: Buffer[] = [];
  const gunzip = createGunzip().on('data', (chunk: Buffer) => inflated.push(chunk));
  let failure: NodeJS.ErrnoException | null = null;
  const settled = new Promise<void>((resolve) => {
    gunzip.once('end', resolve).once('error', (error) => {
      failure = error;
      resolve();
    });
  });
  // Not in the listener: what a row is refused with would be thrown into zlib.
  const drain = (): void => inflated.splice(0).forEach(out);
  return {
    async write(chunk: Buffer): Promise<void> {
      await Promise.race([settled, new Promise((resolve) => gunzip.write(chunk, resolve))]);
      drain();
    },
    /** True when the stream was whole. @throws what zlib says of a damaged one */
    async end(): Promise<boolean> {
      // What was written is out by now, and with the listener a turn later.
      await new Promise((resolve) => setImmediate(resolve));
      gunzip.end();
      await settled;
      drain();
      if (failure !== null && failure.code !== 'Z_BUF_ERROR') throw failure;
      return failure === null;
    },
    destroy: () => gunzip.destroy(),
  };
}

/** @throws Problem USAGE when the file cannot be read or is damaged */
export async function readLines(path: string, sink: LineSink): Promise<Ending> {
  const splitter = createSplitter(sink);
  let inflater: ReturnType<typeof createInflater> | null = null;
  let first = true;
  let whole = true;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 16 }) as AsyncIterable<Buffer>) {
      if (first && chunk.length > 1 && chunk.readUInt16BE() === GZIP_MAGIC) inflater = createInflater(splitter.push);
      first = false;
      if (inflater) await inflater.write(chunk);
      else splitter.push(chunk);
    }
    if (inflater) whole = await inflater.end();
  } catch (error) {
    if (error instanceof Problem || !isSystemError(error)) throw error;
    const next = 'look at the file, and run belay analyze again';
    throw new Problem('USAGE', `Cannot read the trace ${path}`, { why: reasonOf(error), next, cause: error });
  } finally {
    inflater?.destroy();
  }
  return { cut: !whole, ...splitter.rest() };
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'it may not be read by this user',
  Z_DATA_ERROR: 'it is damaged: it begins as gzip but does not go on as such',
};

function reasonOf(error: NodeJS.ErrnoException): string {
  return REASONS[error.code ?? ''] ?? error.message;
}
