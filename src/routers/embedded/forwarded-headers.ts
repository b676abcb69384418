/** Headers on their way through: what belongs to one connection stays behind, who asked goes along. */
import type { IncomingMessage } from 'node:http';

export const OVERRIDE_HEADER = 'x-belay-release';

/** RFC 9110 section 7.6.1. `expect` is answered by our own server before the request gets here. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const NOT_FORWARDED = new Set([
  ...HOP_BY_HOP,
  'expect',
  OVERRIDE_HEADER,
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
]);

/** Methods to which a body is not natural: the others always state its length. */
const BODILESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** Names and values in turn, as Node's raw headers are. */
function endToEnd(message: IncomingMessage, left: ReadonlySet<string>): string[] {
  const named = new Set((message.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const kept: string[] = [];
  for (let index = 0; index < message.rawHeaders.length; index += 2) {
    const name = message.rawHeaders[index] ?? '';
    const lower = name.toLowerCase();
    if (!left.has(lower) && !named.has(lower)) kept.push(name, message.rawHeaders[index + 1] ?? '');
  }
  return kept;
}

function joined(value: string | string[] | undefined, added: string): string {
  const before = Array.isArray(value) ? value.join(', ') : value;
  return before ? `${before}, ${added}` : added;
}

function only(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function whoAsked(req: IncomingMessage): string[] {
  const address = (req.socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
  const host = req.headers.host ?? '';
  const node = address.includes(':') ? `"[${address}]"` : address;
  const forwarded = `for=${node};host="${host.replaceAll(/["\\]/g, '')}";proto=http`;
  return [
    'X-Forwarded-For',
    joined(req.headers['x-forwarded-for'], address),
    'X-Forwarded-Host',
    only(req.headers['x-forwarded-host']) ?? host,
    'X-Forwarded-Proto',
    only(req.headers['x-forwarded-proto']) ?? 'http',
    'Forwarded',
    joined(req.headers.forwarded, forwarded),
  ];
}

export function hasBody(req: IncomingMessage): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
}

/** For the release. Appends to `X-Forwarded-For` and `Forwarded`; keeps host and protocol that a proxy before us has set. */
export function requestHeaders(req: IncomingMessage, upgrade: boolean): string[] {
  const headers = [...endToEnd(req, NOT_FORWARDED), ...whoAsked(req)];
  if (req.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
  // Without this Node would announce a chunked body that never comes.
  else if (req.headers['content-length'] === undefined && !BODILESS.has(req.method ?? ''))
    headers.push('Content-Length', '0');
  if (upgrade) headers.push('Connection', 'Upgrade', 'Upgrade', req.headers.upgrade ?? '');
  return headers;
}

export function responseHeaders(answer: IncomingMessage, cookie: string | null): string[] {
  const headers = endToEnd(answer, HOP_BY_HOP);
  if (cookie !== null) headers.push('Set-Cookie', cookie);
  return headers;
}
