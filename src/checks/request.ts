/** One HTTP request with a time limit, told as facts: an answer, no answer, or not asked. */
import { describeError } from '../core/errors.ts';
import type { HttpSpec } from './spec.ts';

export type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly ms: number }
  /** Asked, and it did not answer: `fail`. */
  | { readonly kind: 'no-answer'; readonly why: string; readonly ms: number }
  /** Could not ask: `error`. */
  | { readonly kind: 'not-asked'; readonly why: string };

/** More of a body than this is not read. */
const MOST_BYTES = 1024 * 1024;

const NOT_ASKED: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH']);

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  UND_ERR_SOCKET: 'connection closed before the answer was complete',
  ENOTFOUND: 'name not found',
  EAI_AGAIN: 'name could not be looked up',
};

export async function request(url: string, spec: HttpSpec, signal: AbortSignal): Promise<Answer> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(spec.headers)) {
    const text = typeof value === 'string' ? value : value.reveal();
    try {
      headers.set(name, text);
    } catch {
      // The error of the platform quotes the value, which may be a secret.
      return { kind: 'not-asked', why: `header ${name} cannot be sent` };
    }
  }
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  const limit = AbortSignal.timeout(spec.timeoutMs);
  try {
    const response = await fetch(url, {
      method: spec.method,
      headers,
      body: spec.body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit]),
    });
    return { kind: 'answer', status: response.status, body: await readBody(response), ms: elapsed() };
  } catch (error) {
    if (signal.aborted) return { kind: 'not-asked', why: 'stopped before the answer came' };
    if (limit.aborted)
      return { kind: 'no-answer', why: `no complete answer within ${spec.timeoutMs} ms`, ms: elapsed() };
    return explain(error, elapsed());
  }
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk as Uint8Array);
    size += (chunk as Uint8Array).length;
    if (size >= MOST_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function explain(error: unknown, ms: number): Answer {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown }).code;
  const why = typeof code === 'string' ? (WORDS[code] ?? code) : describeError(cause);
  // Without a code nothing was sent: an address or port that fetch refuses.
  if (typeof code !== 'string' || NOT_ASKED.has(code)) return { kind: 'not-asked', why };
  return { kind: 'no-answer', why, ms };
}
