/**
 * Talks JSON to one service: time limits, and another try where the service asks for it or nothing can have happened twice.
 * No error holds a header, an address's query or a body of ours: keys are in them.
 */
import { setTimeout as delay } from 'node:timers/promises';

export interface HttpOptions {
  /** `https://api.example.com`, without a slash at the end. */
  readonly base: string;
  /** Who is talked to, for messages. */
  readonly name: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Longest time for one request, in milliseconds. */
  readonly limitMs?: number;
  /** Tries in all. */
  readonly tries?: number;
  /** Statuses above 500 that are an answer all the same: they are not tried again. */
  readonly answers?: readonly number[];
}

export interface HttpRequest {
  /** Sent as JSON, unless it is bytes or a stream. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Doing it twice is doing it once: it may be tried again although an answer was lost. GET, PUT and DELETE always are. */
  readonly idempotent?: boolean;
  readonly limitMs?: number;
}

/** The service said no, or said nothing: `status` 0. */
export class HttpFailure extends Error {
  readonly status: number;
  /** What the service calls it: `forbidden`, `BadDeployKey`; the system's code (`ECONNREFUSED`) where nobody answered. */
  readonly code: string;
  /** What the service says of it, as it came. */
  readonly body: unknown;
  /** `POST /v2/files`, without its query. */
  readonly request: string;

  constructor(request: string, status: number, told: { code: string; message: string; body?: unknown }) {
    super(told.message);
    this.name = 'HttpFailure';
    this.request = request;
    this.status = status;
    this.code = told.code;
    this.body = told.body ?? null;
  }
}

export interface Http {
  /** @throws HttpFailure */
  json<T>(method: string, path: string, request?: HttpRequest): Promise<T>;
  /** The answer itself, its status seen to be good. @throws HttpFailure */
  send(method: string, path: string, request?: HttpRequest): Promise<Response>;
}

const LIMIT_MS = 30_000;
const TRIES = 4;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;
const REPEATABLE = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

export function createHttp(options: HttpOptions): Http {
  const send = async (method: string, path: string, request: HttpRequest = {}): Promise<Response> => {
    const tries = options.tries ?? TRIES;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(options, method, path, request);
      } catch (error) {
        if (!(error instanceof HttpFailure) || attempt >= tries || options.answers?.includes(error.status)) throw error;
        if (!mayRepeat(error, method, request)) throw error;
        await delay(pauseMs(error, attempt), undefined, request.signal ? { signal: request.signal } : {});
      }
    }
  };
  return {
    send,
    async json<T>(method: string, path: string, request?: HttpRequest) {
      const response = await send(method, path, request);
      const text = await response.text();
      return (text === '' ? null : parse(options, `${method} ${nameOf(path)}`, response.status, text)) as T;
    },
  };
}

const nameOf = (path: string): string => path.split('?')[0] ?? path;

function parse({ name }: HttpOptions, request: string, status: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpFailure(request, status, { code: 'not-json', message: `${name} answered ${status} without JSON` });
  }
}

async function once(options: HttpOptions, method: string, path: string, request: HttpRequest): Promise<Response> {
  const limit = AbortSignal.timeout(request.limitMs ?? options.limitMs ?? LIMIT_MS);
  const told = `${method} ${nameOf(path)}`;
  let response: Response;
  try {
    response = await fetch(`${options.base}${path}`, {
      method,
      redirect: 'error',
      signal: request.signal ? AbortSignal.any([request.signal, limit]) : limit,
      ...bodyOf(options, request),
    });
  } catch (error) {
    request.signal?.throwIfAborted();
    throw unanswered(options, told, limit.aborted, error);
  }
  if (response.ok) return response;
  throw refusal(options, told, response, await response.text().catch(() => ''));
}

function bodyOf(options: HttpOptions, { body, headers }: HttpRequest): RequestInit {
  const all = { ...options.headers, ...headers };
  if (body === undefined) return { headers: all };
  if (body instanceof Uint8Array) return { headers: all, body: body as Uint8Array<ArrayBuffer> };
  if (body instanceof ReadableStream) return { headers: all, body, duplex: 'half' } as RequestInit;
  return { headers: { 'content-type': 'application/json', ...all }, body: JSON.stringify(body) };
}

function unanswered(
  { name, limitMs = LIMIT_MS }: HttpOptions,
  request: string,
  late: boolean,
  error: unknown,
): HttpFailure {
  if (late)
    return new HttpFailure(request, 0, { code: 'timeout', message: `${name} gave no answer within ${limitMs} ms` });
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  const code = cause?.code ?? 'network';
  return new HttpFailure(request, 0, { code, message: `${name} cannot be reached: ${cause?.message ?? code}` });
}

/** Both ways in which services tell an error: `{code, message}` and `{error: {code, message}}`. */
function refusal({ name }: HttpOptions, request: string, response: Response, text: string): HttpFailure {
  let body: unknown = text.slice(0, 2_000);
  try {
    body = JSON.parse(text);
  } catch {
    // told as the text it is
  }
  const outer = (typeof body === 'object' ? body : null) as { error?: unknown; code?: string; message?: string } | null;
  const inner = (typeof outer?.error === 'object' ? outer.error : outer) as { code?: string; message?: string } | null;
  const failure = new HttpFailure(request, response.status, {
    code: String(inner?.code ?? response.status),
    message:
      inner?.message ??
      `${name} answered ${response.status}${typeof body === 'string' && body ? `: ${body.slice(0, 200)}` : ''}`,
    body,
  });
  const after = waitAsked(response.headers.get('retry-after'));
  if (after > 0) retryAfter.set(failure, after);
  return failure;
}

const retryAfter = new WeakMap<HttpFailure, number>();

/** Milliseconds after which the service wants to be asked again; null when it did not say. */
export const retryAfterMs = (failure: HttpFailure): number | null => retryAfter.get(failure) ?? null;

/** Seconds, or a date. */
function waitAsked(header: string | null): number {
  if (header === null) return 0;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? ms : 0;
}

function mayRepeat({ status }: HttpFailure, method: string, { idempotent, signal }: HttpRequest): boolean {
  if (signal?.aborted) return false;
  // Refused for being one too many: nothing was done.
  if (status === 429) return true;
  return (status === 0 || status >= 500) && (idempotent ?? REPEATABLE.has(method));
}

function pauseMs(error: HttpFailure, attempt: number): number {
  return Math.min(retryAfter.get(error) ?? FIRST_PAUSE_MS * 3 ** (attempt - 1), LONGEST_PAUSE_MS);
}
