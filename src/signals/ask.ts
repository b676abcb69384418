/** One HTTP question to a source: an answer, or a Problem that says whether asking again helps. Never shows what it sent. */
import type { Problem } from '../core/errors.ts';
import { formatDuration } from '../util/duration.ts';
import { shownAddress } from './address.ts';
import { headersOf } from './headers.ts';
import { connectionFault, unreachable, unusable } from './refusals.ts';
import type { Headers as Sent } from './spec.ts';

export interface Question {
  /** Kind of the signal, for messages. */
  readonly source: string;
  readonly url: URL;
  readonly headers: Sent;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Sent as a form by POST when given. */
  readonly form?: URLSearchParams;
  /** Statuses besides 2xx that the caller makes sense of itself. */
  readonly also?: readonly number[];
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** The source's clock at its answer, in milliseconds and whole seconds; null when it does not say. */
  readonly date: number | null;
}

/** More than this of an answer is not read. */
const MOST_BYTES = 16 * 1024 * 1024;

/** @throws Problem, or the reason of `signal` when it was aborted */
export async function ask(question: Question): Promise<Answer> {
  const { source, url, signal, timeoutMs, form, also = [] } = question;
  signal.throwIfAborted();
  const limit = AbortSignal.timeout(timeoutMs);
  const where = shownAddress(url);
  try {
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      headers: headersOf(source, question.headers, { Accept: 'application/json, text/plain' }),
      ...(form ? { body: form } : {}),
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit]),
    });
    const body = await readBody(response);
    if (!response.ok && !also.includes(response.status)) throw refused(source, where, response);
    return { status: response.status, body, date: dateOf(response) };
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) throw unreachable(source, `${where} gave no answer within ${formatDuration(timeoutMs)}`);
    if (error instanceof TypeError) throw unreachable(source, `${where}: ${connectionFault(error)}`);
    throw error;
  }
}

/** @throws Problem when the answer is no JSON: a login page, say */
export async function askJson(question: Question): Promise<Answer & { readonly json: unknown }> {
  const answer = await ask(question);
  try {
    return { ...answer, json: JSON.parse(answer.body) as unknown };
  } catch {
    throw unusable(question.source, `${shownAddress(question.url)} does not answer with JSON`);
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

function dateOf(response: Response): number | null {
  const date = Date.parse(response.headers.get('date') ?? '');
  return Number.isNaN(date) ? null : date;
}

function refused(source: string, where: string, response: Response): Problem {
  const { status } = response;
  if (status === 429)
    return unreachable(source, `${where} is asked too often; it wants to be left alone ${pause(response)}`);
  if (status === 401 || status === 403) {
    return unusable(
      source,
      `${where} refuses access (${status})`,
      'look at the token of the signal, and what it may see',
    );
  }
  if (status >= 500 || status === 408) return unreachable(source, `${where} answers ${status}`);
  return unusable(source, `${where} answers ${status}`);
}

/** `Retry-After` in seconds or as a date, else Sentry's instant in seconds since 1970. */
function pause({ headers }: Response): string {
  const after = headers.get('retry-after') ?? '';
  const reset = Number(headers.get('x-sentry-rate-limit-reset') ?? Number.NaN);
  const ms = /^\d+$/.test(after) ? Number(after) * 1_000 : (Date.parse(after) || reset * 1_000) - Date.now();
  return ms > 0 ? `for ${formatDuration(ms)}` : 'for a while';
}
