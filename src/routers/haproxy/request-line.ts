/** What HAProxy writes for each request when it ends, and for each stream when it begins. */

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
  /** The client's address and port; empty for a stream that begins. */
  readonly peer: string;
}

/** One of so many. */
export const SAMPLED = 32;
const CLIENT_LEFT = 499;
const isSet = (field: string) => field !== '-' && field !== '';

/** Who ended the request before it was complete, by HAProxy's first letter of the termination state. */
function judge(
  status: number,
  ended: string,
  retries: string,
  answered: boolean,
): Pick<RequestLine, 'status' | 'counts'> {
  // Its own release could not be reached; another one answered.
  if (retries.startsWith('+')) return { status: 0, counts: 'lost' };
  const by = ended[0] ?? '-';
  if (by === '-') return { status, counts: 'status' };
  if (by === 'C' || by === 'c') return { status: answered ? status : CLIENT_LEFT, counts: 'not' };
  return { status: 0, counts: 'lost' };
}

function parseEnd(fields: readonly string[]): RequestLine | null {
  const [, at = '', began = '', slot = '-', code = '', ended = '-', retries = '0', firstByte = '', peer = ''] = fields;
  const [stream = '-', chose = '-', many = '-', known = '-'] = fields.slice(9);
  // Answered by HAProxy itself, or counted when it became a stream.
  if (!isSet(slot) || isSet(stream)) return null;
  const ms = (Number(at) - Number(began)) / 1_000;
  const [status, answerMs] = [Number(code), Number(firstByte)];
  const answered = answerMs >= 0;
  return {
    at: Number(at) / 1_000,
    slot,
    ...judge(status, ended, retries, answered),
    ms,
    client: isSet(known) ? known : null,
    chose: isSet(chose),
    sampled: isSet(many),
    // What failed is always told, and so is one of many of the others, whatever came of it afterwards.
    weight: many === '0' && answered && status < 500 ? SAMPLED : 1,
    waitedMs: answered ? Math.min(answerMs, ms) : ms,
    peer,
  };
}

function parseStream([, at, began, slot = '-', status, chose = '-', known = '-']: readonly string[]) {
  if (!isSet(slot)) return null;
  const ms = (Number(at) - Number(began)) / 1_000;
  return {
    at: Number(at) / 1_000,
    slot,
    status: Number(status),
    counts: 'status',
    ms,
    client: isSet(known) ? known : null,
    chose: isSet(chose),
    sampled: false,
    weight: 1,
    waitedMs: ms,
    peer: '',
  } satisfies RequestLine;
}

/** Null for lines that are no request's. */
export function parseRequestLine(line: string): RequestLine | null {
  const kind = line.charCodeAt(0);
  if (line.charCodeAt(1) !== SPACE) return null;
  if (kind === REQUEST) return parseEnd(line.split(' ', FIELDS));
  return kind === STREAM ? parseStream(line.split(' ', FIELDS)) : null;
}

/** The client's own word comes last: a space in it ends it. */
const FIELDS = 13;
const SPACE = 32;
const REQUEST = 82;
const STREAM = 83;

/** HAProxy says so when its ring was full. */
export function droppedIn(line: string): number {
  return Number(/^(\d+) events? dropped/.exec(line)?.[1] ?? 0);
}
