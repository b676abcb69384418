/** One call to the daemon over its socket. */
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../core/errors.ts';
import { PROTOCOL, problemFromWire, type Verb, type WireAnswer } from './wire.ts';

export interface CallOptions {
  /** For the whole call; without it a call waits as long as the daemon works on it. */
  readonly limitMs?: number;
  /** How long a daemon that is not there is waited for: its guardian brings it back. */
  readonly graceMs?: number;
}

const GRACE_MS = 5_000;
const LOOK_EVERY_MS = 100;

/**
 * The verb's result.
 * @throws Problem what the daemon threw; TARGET_UNREACHABLE when it is not there, `unknown` when it went away in between
 */
export async function callDaemon(
  address: string,
  verb: Verb,
  body: Readonly<Record<string, unknown>>,
  { limitMs, graceMs = GRACE_MS }: CallOptions = {},
): Promise<unknown> {
  const deadline = performance.now() + graceMs;
  for (;;) {
    try {
      return unwrap(await send(address, verb, JSON.stringify(body), limitMs));
    } catch (error) {
      if (!isAbsent(error)) throw lost(error, verb);
      if (performance.now() >= deadline) throw absent(error);
      await delay(LOOK_EVERY_MS);
    }
  }
}

/** Nothing was sent: nobody listens there. */
function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ECONNREFUSED';
}

function unwrap(text: string): unknown {
  const answer = JSON.parse(text) as WireAnswer;
  if ('problem' in answer) throw problemFromWire(answer.problem);
  return answer.result;
}

function send(address: string, verb: Verb, body: string, limitMs: number | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({
      socketPath: address,
      method: 'POST',
      path: `/${PROTOCOL}/${verb}`,
      agent: false,
      headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
      ...(limitMs === undefined ? {} : { signal: AbortSignal.timeout(limitMs) }),
    });
    call.once('error', reject);
    call.once('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => (text += part));
      answer.once('error', reject);
      answer.once('end', () => resolve(text));
    });
    call.end(body);
  });
}

function absent(cause: unknown): Problem {
  return new Problem('TARGET_UNREACHABLE', 'The belay daemon does not run', { retry: 'later', cause });
}

/** Whatever is not a socket's own failure was said by the daemon, or is a bug. */
function lost(error: unknown, verb: Verb): unknown {
  const { code, name } = error as NodeJS.ErrnoException;
  const dropped = code === 'ECONNRESET' || code === 'EPIPE' || name === 'AbortError' || name === 'TimeoutError';
  if (error instanceof Problem || !dropped) return error;
  return new Problem('TARGET_UNREACHABLE', `The belay daemon did not answer to \`${verb}\``, {
    unknown: true,
    retry: 'later',
    cause: error,
  });
}
