/** Writes an answer; streams with backpressure. */
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { EmulatorReply } from './request.ts';

export async function send(response: ServerResponse, reply: EmulatorReply): Promise<void> {
  response.statusCode = reply.status ?? 200;
  const { body, type } = contentOf(reply);
  if (type !== null) response.setHeader('content-type', type);
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  if (reply.stream) return pipeline(reply.stream, response);
  response.end(body);
}

function contentOf(reply: EmulatorReply): { body: string | Uint8Array; type: string | null } {
  if (reply.json !== undefined) return { body: JSON.stringify(reply.json), type: 'application/json' };
  if (reply.text !== undefined) return { body: reply.text, type: 'text/plain; charset=utf-8' };
  if (reply.bytes !== undefined) return { body: reply.bytes, type: 'application/octet-stream' };
  return { body: '', type: null };
}
