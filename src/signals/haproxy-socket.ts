/** One exchange over HAProxy's stats socket. */
import { connect } from 'node:net';
import { formatDuration } from '../util/duration.ts';
import { connectionFault, unreachable } from './refusals.ts';

const MOST_CHARACTERS = 16 * 1024 * 1024;

/** Everything that is answered to the commands, up to the end that HAProxy makes. @throws Problem */
export async function askSocket(
  path: string,
  commands: string,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<string> {
  signal.throwIfAborted();
  const limit = AbortSignal.timeout(timeoutMs);
  const socket = connect({ path, signal: AbortSignal.any([signal, limit]) });
  socket.setEncoding('utf8');
  try {
    socket.write(`${commands}\n`);
    let text = '';
    for await (const chunk of socket as AsyncIterable<string>) {
      text += chunk;
      if (text.length > MOST_CHARACTERS) throw unreachable('haproxy', `${path} answers without end`);
    }
    return text;
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) throw unreachable('haproxy', `${path} gave no answer within ${formatDuration(timeoutMs)}`);
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw unreachable('haproxy', `${path}: ${connectionFault(error)}`, error);
  } finally {
    socket.destroy();
  }
}
