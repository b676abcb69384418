/** Joins a client and a release after both agreed to leave HTTP: a WebSocket. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

export interface Side {
  readonly socket: Socket;
  /** Bytes that were read together with the HTTP head. */
  readonly head: Buffer;
}

function answerHead(answer: IncomingMessage, cookie: string | null): string {
  const lines = [`HTTP/1.1 ${answer.statusCode ?? 101} ${answer.statusMessage ?? 'Switching Protocols'}`];
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    lines.push(`${answer.rawHeaders[index] ?? ''}: ${answer.rawHeaders[index + 1] ?? ''}`);
  }
  if (cookie !== null) lines.push(`Set-Cookie: ${cookie}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/**
 * @param closed called once, when both sides are gone
 * @returns ends both at once
 */
export function joinSockets(
  client: Side,
  release: Side,
  { answer, cookie }: { readonly answer: IncomingMessage; readonly cookie: string | null },
  closed: () => void,
): () => void {
  for (const { socket } of [client, release]) {
    socket.setTimeout(0);
    socket.setNoDelay(true);
    // Its close follows, and ends the other side.
    socket.on('error', () => undefined);
  }
  let open = 2;
  const oneClosed = (other: Socket) => {
    open -= 1;
    if (open === 0) closed();
    // What it already sent may still be on its way out.
    else if (other.writable) other.destroySoon();
    else other.destroy();
  };
  client.socket.once('close', () => oneClosed(release.socket));
  release.socket.once('close', () => oneClosed(client.socket));
  // 'latin1', as Node reads headers.
  client.socket.write(answerHead(answer, cookie), 'latin1');
  if (release.head.length > 0) client.socket.write(release.head);
  if (client.head.length > 0) release.socket.write(client.head);
  client.socket.pipe(release.socket);
  release.socket.pipe(client.socket);
  return () => {
    client.socket.destroy();
    release.socket.destroy();
  };
}
