/** What HAProxy writes for each request when it ends, and for each stream when it begins. */
import { BUCKET_DIGITS } from '../bucket-cookie.ts';
import { createFieldReader, type FieldReader } from './field-reader.ts';

export interface RequestLine {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly slot: string;
  /** As observed: 0 when the release gave no answer, 499 when the client left before it. */
  readonly status: number;
  readonly ms: number;
  /** Of the cookie that the client brought. */
  readonly client: string | null;
  /** It named its release by header. */
  readonly chose: boolean;
  /** How it counts: by its status, as lost, or, when the client left, not at all. */
  readonly counts: 'status' | 'lost' | 'not';
  /** Not all of its kind are told: there are many, and traffic is not split. */
  readonly sampled: boolean;
  /** It stands for so many. */
  readonly weight: number;
  /** Until its answer began, or until it ended without one. */
  readonly waitedMs: number;
  /** The client's; 0 for a stream that begins. */
  readonly port: number;
}

/** One of so many. */
export const SAMPLED = 32;
const CLIENT_LEFT = 499;
const KEY_DIGITS = 12;
const code = (letter: string) => letter.charCodeAt(0);
const [SPACE, PLUS, NOTHING, DOT] = [code(' '), code('+'), code('-'), code('.')];
const [REQUEST, STREAM, CHOSE, STREAMS] = [code('R'), code('S'), code('c'), code('s')];
const CLIENT = new Set([code('C'), code('c')]);

interface Ended {
  readonly status: number;
  /** First letter of the termination state: who ended it before it was complete. */
  readonly by: number;
  /** Its own release could not be reached; another one answered. */
  readonly elsewhere: boolean;
  readonly answered: boolean;
}

function countsAs({ by, elsewhere }: Ended): RequestLine['counts'] {
  if (elsewhere) return 'lost';
  if (by === NOTHING) return 'status';
  return CLIENT.has(by) ? 'not' : 'lost';
}

function statusOf({ status, answered }: Ended, counts: RequestLine['counts']): number {
  if (counts === 'lost') return 0;
  return counts === 'not' && !answered ? CLIENT_LEFT : status;
}

/** The client's key, of its cookie's whole value; null of one that is not ours or has none. */
function keyIn(fields: FieldReader): string | null {
  fields.next();
  if (fields.length() !== BUCKET_DIGITS + 1 + KEY_DIGITS || fields.byte(BUCKET_DIGITS) !== DOT) return null;
  return fields.text(BUCKET_DIGITS + 1);
}

function parseEnd(fields: FieldReader): RequestLine | null {
  const at = fields.number();
  const began = fields.number();
  const slot = fields.word();
  // Answered by HAProxy itself.
  if (slot === '-' || slot === '') return null;
  const status = fields.number();
  const by = fields.letter();
  const elsewhere = fields.letter() === PLUS;
  const answerMs = fields.number();
  const port = fields.number();
  const mark = fields.letter();
  // Counted when it became a stream.
  if (mark === STREAMS) return null;
  const sampled = mark !== NOTHING && mark !== CHOSE;
  // What failed is always told, and so is one of many of the others, whatever came of it afterwards.
  const weight = sampled && fields.asNumber() === 0 && answerMs >= 0 && status < 500 ? SAMPLED : 1;
  const ended = { status, by, elsewhere, answered: answerMs >= 0 };
  const counts = countsAs(ended);
  const ms = (at - began) / 1_000;
  return {
    at: at / 1_000,
    slot,
    status: statusOf(ended, counts),
    ms,
    client: keyIn(fields),
    chose: mark === CHOSE,
    counts,
    sampled,
    weight,
    waitedMs: answerMs >= 0 ? Math.min(answerMs, ms) : ms,
    port,
  };
}

function parseStream(fields: FieldReader): RequestLine | null {
  const at = fields.number();
  const ms = (at - fields.number()) / 1_000;
  const slot = fields.word();
  if (slot === '-' || slot === '') return null;
  const status = fields.number();
  const chose = fields.letter() === CHOSE;
  const client = keyIn(fields);
  const constant = { counts: 'status', sampled: false, weight: 1, port: 0 } as const;
  return { at: at / 1_000, slot, status, ms, client, chose, waitedMs: ms, ...constant };
}

/** Of the bytes in [start, end); null when they are no request's. */
export function parseRequestLine(bytes: Buffer, start: number, end: number): RequestLine | null {
  if (bytes[start + 1] !== SPACE) return null;
  const kind = bytes[start];
  if (kind === REQUEST) return parseEnd(createFieldReader(bytes, start + 2, end));
  return kind === STREAM ? parseStream(createFieldReader(bytes, start + 2, end)) : null;
}

/** HAProxy says so when its ring was full. */
export function droppedIn(line: string): number {
  return Number(/^(\d+) events? dropped/.exec(line)?.[1] ?? 0);
}
