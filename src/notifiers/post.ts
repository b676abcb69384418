/** One request to an address that is itself a secret: what goes wrong is told without it. */
import { createHttp, HttpFailure, retryAfterMs } from '../util/http.ts';
import { DeliveryFailure } from './notifier.ts';

export interface Post {
  /** Who is told, for messages: `Slack`. */
  readonly name: string;
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const LIMIT_MS = 8_000;
/** Refusals that pass: too slow, too early, too many. */
const PASSING = new Set([408, 425, 429]);

/** Sends once; whoever keeps the message decides when again. @throws DeliveryFailure */
export async function post({ name, url, body, headers, signal }: Post): Promise<string> {
  if (!URL.canParse(url)) throw new DeliveryFailure(`the address of ${name} is none`, { permanent: true });
  const { origin, pathname, search } = new URL(url);
  const http = createHttp({ base: origin, name, limitMs: LIMIT_MS, tries: 1 });
  const bytes = new TextEncoder().encode(body);
  try {
    const answer = await http.send('POST', pathname + search, {
      body: bytes,
      headers: { 'content-type': 'application/json', 'user-agent': 'belay', ...headers },
      signal,
    });
    return (await answer.text()).slice(0, 500);
  } catch (error) {
    signal.throwIfAborted();
    throw failureOf(error);
  }
}

/** A DeliveryFailure for what a receiver answered, or for its silence. */
export function failureOf(error: unknown, told = (failure: HttpFailure): string => failure.message): unknown {
  if (!(error instanceof HttpFailure)) return error;
  const { status } = error;
  const retryAfter = retryAfterMs(error);
  return new DeliveryFailure(told(error).slice(0, 300), {
    // GitHub says 403 to who asks too often, and when to ask again.
    permanent: status >= 300 && status < 500 && !PASSING.has(status) && retryAfter === null,
    retryAfterMs: retryAfter,
    cause: error,
  });
}
