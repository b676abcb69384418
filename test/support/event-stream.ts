/** Reads Server-Sent Events as a browser does: messages, their ids, and where it would go on. */
import { type IncomingMessage, request } from 'node:http';

export interface StreamMessage {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

export interface EventStream {
  readonly messages: readonly StreamMessage[];
  /** What the browser would send as `Last-Event-ID`. */
  readonly lastId: string;
  readonly ended: boolean;
  /** No longer reads what arrives. */
  stall(): void;
  close(): void;
}

/** Resolves when the first message, which says where it stands, is there. */
export function openEventStream(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<EventStream> {
  const messages: StreamMessage[] = [];
  let lastId = '';
  let ended = false;
  let text = '';
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let response: IncomingMessage | null = null;
    const call = request({ hostname, port, path, headers, agent: false });
    const stream: EventStream = {
      messages,
      get lastId() {
        return lastId;
      },
      get ended() {
        return ended;
      },
      stall: () => void response?.pause(),
      close: () => call.destroy(),
    };
    const take = (block: string): void => {
      const fields = block
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
      const value = (name: string) => fields.find(([key]) => key === name)?.[1];
      lastId = value('id') ?? lastId;
      const data = value('data');
      if (data !== undefined) messages.push({ event: value('event') ?? 'message', id: lastId, data: JSON.parse(data) });
      if (lastId !== '') resolve(stream);
    };
    call.on('response', (found) => {
      response = found;
      if (found.statusCode !== 200) reject(new Error(`the stream answered ${found.statusCode}`));
      found.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
          take(text.slice(0, at));
          text = text.slice(at + 2);
        }
      });
      found.on('close', () => (ended = true));
    });
    call.on('error', (error) => {
      ended = true;
      reject(error);
    });
    call.end();
  });
}
