/**
 * Carries one request to a release and its answer back, streaming both ways.
 *
 * On node:http and not on httpxy: a proxy that pipes the body before it knows whether a connection
 * stands can never try again, and a switch of releases is exactly when connections fail.
 */
import { Agent, request, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Backend } from '../router.ts';
import { hasBody, requestHeaders, responseHeaders } from './forwarded-headers.ts';
import { answerPage, PAGES, type Page } from './page.ts';
import type { Passage, ReleaseTraffic, Seen } from './release-traffic.ts';
import { joinSockets } from './upgraded-sockets.ts';

/** Where a request goes: decided and registered in one turn, so that a drain that comes later sees it. */
export interface Route {
  readonly backend: Backend;
  readonly traffic: ReleaseTraffic;
  /** Cookie to set on the answer. */
  readonly cookie: string | null;
  readonly seen: Seen;
}

export interface Exchange {
  readonly req: IncomingMessage;
  /** Of an upgrade too: it carries the answer when the release does not upgrade. */
  readonly res: ServerResponse;
  readonly upgrade: { readonly socket: Socket; readonly head: Buffer } | null;
  /** Asks the table in force; a page when no release can take the request. */
  readonly route: () => Route | Page;
  readonly connections: Connections;
}

export interface Connections {
  readonly kept: Agent;
  readonly fresh: Agent;
  close(): void;
}

/** Clearly below the shortest keep-alive limits of common servers (5 s in Node), so that we close first. */
const IDLE_MS = 1_000;
const RETRY_AFTER_MS = 100;
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

export function createConnections(): Connections {
  const kept = new Agent({ keepAlive: true, timeout: IDLE_MS, maxFreeSockets: 256, scheduling: 'lifo' });
  const fresh = new Agent({ keepAlive: false });
  return {
    kept,
    fresh,
    close() {
      kept.destroy();
      fresh.destroy();
    },
  };
}

/** Only what may be sent twice goes over a kept connection: a reset there cannot be told from a request that was acted on. */
function isRepeatable(req: IncomingMessage): boolean {
  return IDEMPOTENT.has(req.method ?? '') && !hasBody(req);
}

export function forward(exchange: Exchange, attempt: 1 | 2 = 1): void {
  const { req, res } = exchange;
  const route = exchange.route();
  if ('status' in route) return answerPage(req, res, route);
  let upstream: ClientRequest | null = null;
  const passage = route.traffic.begin(() => {
    answerPage(req, res, PAGES.cut);
    upstream?.destroy();
  }, route.seen);
  try {
    upstream = openUpstream(exchange, route.backend, attempt);
  } catch {
    // Node refuses to send a path or a header that its own parser let through.
    passage.end('lost');
    return answerPage(req, res, PAGES.unreachable);
  }
  carry(exchange, { route, passage, upstream, attempt });
}

function openUpstream({ req, upgrade, connections }: Exchange, backend: Backend, attempt: 1 | 2): ClientRequest {
  const reuse = attempt === 1 && upgrade === null && isRepeatable(req);
  return request({
    host: backend.host,
    port: backend.port,
    method: req.method,
    path: req.url,
    setHost: false,
    headers: requestHeaders(req, upgrade !== null),
    agent: reuse ? connections.kept : connections.fresh,
  });
}

interface Attempt {
  readonly route: Route;
  readonly passage: Passage;
  readonly upstream: ClientRequest;
  readonly attempt: 1 | 2;
}

function carry(exchange: Exchange, current: Attempt): void {
  const { req, res } = exchange;
  const { passage, upstream } = current;
  let connected = false;
  let answered = false;
  const clientLeft = () => {
    // Closing follows a complete answer too.
    if (res.writableFinished) return;
    passage.end('abandoned');
    upstream.destroy();
  };
  res.once('close', clientLeft);
  upstream.once('socket', (socket) => {
    const start = () => {
      connected = true;
      sendBody(req, upstream);
    };
    if (socket.connecting) socket.once('connect', start);
    else start();
  });
  upstream.once('response', (answer) => {
    answered = true;
    relay(exchange, current, answer);
  });
  upstream.once('upgrade', (answer, socket: Socket, head: Buffer) => {
    answered = true;
    res.off('close', clientLeft);
    join(exchange, current, { answer, socket, head });
  });
  upstream.on('error', () => {
    // After the answer began: a broken answer shows itself there; a broken upload no longer matters.
    if (answered || res.destroyed) return;
    res.off('close', clientLeft);
    req.unpipe(upstream);
    const again = current.attempt === 1 && (!connected || (upstream.reusedSocket && isRepeatable(req)));
    if (again) return void tryAgain(exchange, passage, connected);
    passage.end('lost');
    req.resume();
    answerPage(req, res, PAGES.unreachable);
  });
}

function join(
  { res, upgrade }: Exchange,
  { route, passage }: Attempt,
  release: { readonly answer: IncomingMessage; readonly socket: Socket; readonly head: Buffer },
): void {
  // It upgraded without being asked.
  if (!upgrade) {
    passage.end('lost');
    release.socket.destroy();
    res.destroy();
    return;
  }
  const { answer } = release;
  res.detachSocket(upgrade.socket);
  const cut = joinSockets(upgrade, release, { answer, cookie: route.cookie }, () => passage.end('abandoned'));
  passage.becameStream(answer.statusCode ?? 101, cut);
}

/** The table is asked again: it may have changed since. A refused connection gets a moment first. */
async function tryAgain(exchange: Exchange, passage: Passage, connected: boolean): Promise<void> {
  if (!connected) await delay(RETRY_AFTER_MS);
  if (exchange.res.destroyed) return passage.end('abandoned');
  passage.end('repeated');
  forward(exchange, 2);
}

/** Only now is the body touched: until here another connection could still carry it. */
function sendBody(req: IncomingMessage, upstream: ClientRequest): void {
  if (!hasBody(req)) {
    upstream.end();
    return;
  }
  upstream.flushHeaders();
  req.pipe(upstream);
}

function relay({ req, res }: Exchange, { route, passage, upstream }: Attempt, answer: IncomingMessage): void {
  const status = answer.statusCode ?? 502;
  // Before the pipe ends the client's side, so that the release is blamed and not the client.
  answer.once('error', () => passage.end('lost'));
  try {
    res.writeHead(status, answer.statusMessage, responseHeaders(answer, route.cookie));
  } catch {
    passage.end('lost');
    upstream.destroy();
    return answerPage(req, res, PAGES.unreachable);
  }
  passage.answers(status);
  if (answer.headers['content-type']?.startsWith('text/event-stream')) passage.becameStream(status);
  // A stream may say nothing for long; its client waits for the headers.
  if (answer.headers['content-length'] === undefined) res.flushHeaders();
  pipeline(answer, res, (error) => {
    passage.end(error ? 'abandoned' : { status });
    if (!upstream.writableFinished) {
      // Answered before the upload was over: take the rest, so that the client gets to read the answer.
      req.unpipe(upstream);
      req.resume();
    }
  });
}
