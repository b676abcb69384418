/** A receiver of webhooks on loopback: remembers what came, and answers as it is told. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from './until.ts';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A status with headers and text, no answer at all, or a connection that is cut. */
export type Answer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly text?: string }
  | 'hang'
  | 'reset';

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** For the next requests, one each; then it says yes again. */
  answer(...answers: readonly Answer[]): void;
  /** For all requests that no answer was given for. */
  otherwise(answer: Answer): void;
  /** @throws when not so many came in time */
  saw(count: number): Promise<void>;
  close(): Promise<void>;
}

const YES: Answer = { status: 200, text: 'ok' };

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: Answer[] = [];
  let otherwise = YES;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body });
      give(response, answers.shift() ?? otherwise);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (...more) => void answers.push(...more),
    otherwise: (answer) => void (otherwise = answer),
    saw: async (count) => {
      await until(`${count} messages`, () => received.length >= count);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function give(response: ServerResponse, answer: Answer): void {
  if (answer === 'hang') return;
  if (answer === 'reset') return void response.socket?.resetAndDestroy();
  response.writeHead(answer.status, answer.headers).end(answer.text ?? '');
}
