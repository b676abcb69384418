/** Lines of text with their time in one growing file: written in batches, read from any place on. */
import { createReadStream, mkdirSync } from 'node:fs';
import { appendFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

export interface LoggedLine {
  /** Where the line ends in the file, in bytes: what to read on from. */
  readonly n: number;
  /** ISO 8601. */
  readonly at: string;
  readonly step: string;
  readonly text: string;
}

export interface LineLog {
  add(line: Omit<LoggedLine, 'n'>): void;
  /** Resolves when everything that was added is in the file, or cannot be. */
  flush(): Promise<void>;
}

const FLUSH_EVERY_MS = 100;

/** A log never fails what it is about: a line that cannot be written is lost. Above `limitBytes` it says so, once, and keeps no more. */
export function openLineLog(path: string, limitBytes: number): LineLog {
  let waiting: string[] = [];
  let size: number | null = null;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    timer = null;
    let text = waiting.join('');
    waiting = [];
    if (text === '') return;
    if (size === null) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      size = await sizeOf(path);
      // Who wrote before may have been killed in the middle of a line.
      if (size > 0) text = `\n${text}`;
    }
    if (size > limitBytes) return;
    size += Buffer.byteLength(text);
    const cut = { at: new Date().toISOString(), step: '', text: 'the rest was not kept: the log is too long' };
    await appendFile(path, size > limitBytes ? `${JSON.stringify(cut)}\n` : text, { mode: 0o600 });
  };
  const flush = (): Promise<void> => {
    if (timer) clearTimeout(timer);
    writing = writing.then(write).catch(() => undefined);
    return writing;
  };
  return {
    add(line) {
      waiting.push(`${JSON.stringify(line)}\n`);
      timer ??= setTimeout(() => void flush(), FLUSH_EVERY_MS).unref();
    },
    flush,
  };
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** Up to `limit` whole lines behind `after`. A line that is still being written is not there yet. */
export async function readLineLog(path: string, after: number, limit: number): Promise<readonly LoggedLine[]> {
  if ((await sizeOf(path)) <= after) return [];
  return linesOf(createReadStream(path, { start: after }), after, limit);
}

/** From a stream that begins at byte `after`. */
export async function linesOf(
  stream: NodeJS.ReadableStream,
  after: number,
  limit: number,
): Promise<readonly LoggedLine[]> {
  const lines: LoggedLine[] = [];
  let n = after;
  const reader = createInterface({ input: stream, crlfDelay: Infinity });
  for await (const text of reader) {
    n += Buffer.byteLength(text) + 1;
    const line = parsed(text);
    if (line) lines.push({ n, ...line });
    if (lines.length >= limit) break;
  }
  reader.close();
  return lines;
}

function parsed(text: string): Omit<LoggedLine, 'n'> | null {
  try {
    return JSON.parse(text) as Omit<LoggedLine, 'n'>;
  } catch {
    return null;
  }
}
