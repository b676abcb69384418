/** One request as an emulator's handlers see it, and the answer that they give. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { redactBody } from './redact-body.ts';

export interface EmulatorRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** What `:name` in the route stood for, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The body as it comes in, decompressed. To be read once, by one of the three. */
  stream(): Readable;
  bytes(): Promise<Buffer>;
  /** The body as JSON; an empty one is null. Throws a `SyntaxError`. */
  json(): Promise<unknown>;
}

/** `json`, `text`, `bytes` or `stream`: the first that is there is sent. Without any: an empty body. */
export interface EmulatorReply {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
  readonly bytes?: Uint8Array;
  readonly stream?: Readable;
}

export interface ReadRequest extends EmulatorRequest {
  /** What `json` read, for the log of requests. */
  readonly seen: () => unknown;
}

/** Above this a body is not kept in the log of requests, in bytes. */
const KEPT_IN_LOG = 64 * 1024;

export function readRequest(
  message: IncomingMessage,
  url: URL,
  params: Readonly<Record<string, string>> = {},
): ReadRequest {
  let kept: unknown;
  let whole: Promise<Buffer> | undefined;
  const stream = () => decompressed(message);
  const bytes = () => (whole ??= buffer(stream()));
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: message.headers,
    params,
    stream,
    bytes,
    async json() {
      const text = await bytes();
      const value: unknown = text.length === 0 ? null : JSON.parse(text.toString('utf8'));
      if (text.length <= KEPT_IN_LOG) kept = redactBody(value);
      return value;
    },
    seen: () => kept,
  };
}

function decompressed(message: IncomingMessage): Readable {
  const encoding = message.headers['content-encoding'];
  const into = encoding === 'br' ? createBrotliDecompress() : encoding === 'gzip' ? createGunzip() : null;
  if (!into) return message;
  message.once('error', (error) => into.destroy(error));
  return message.pipe(into);
}
