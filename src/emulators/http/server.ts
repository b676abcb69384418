/** What every emulator is: a server on 127.0.0.1 that keeps a log of requests and does as badly as it is told. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFaultPlan, type Fault } from './faults.ts';
import { type EmulatorReply, type EmulatorRequest, readRequest } from './request.ts';
import { createLookup, type Routes } from './routes.ts';
import { send } from './send.ts';

export interface Recorded {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Null: no answer went out (yet). */
  readonly status: number | null;
  /** JSON up to 64 KiB, where a handler read it, keys and tokens redacted. Never a header: keys travel there. */
  readonly body?: unknown;
}

export interface EmulatorServer {
  readonly url: string;
  readonly port: number;
  /** Oldest first; a request is there as soon as it arrived. */
  readonly requests: readonly Recorded[];
  inject(fault: Fault): void;
  /** Takes back the faults that nothing has met. */
  clearFaults(): void;
  /** Waited before each request is looked at. */
  latencyMs: number;
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly routes: Routes;
  readonly port?: number | undefined;
  readonly latencyMs?: number | undefined;
  /** The vendor's shape of an error: for a path that no route has, … */
  readonly unknown: (request: EmulatorRequest) => EmulatorReply;
  /** … and for what a handler threw. */
  readonly failed: (error: unknown, request: EmulatorRequest) => EmulatorReply;
  /** WebSockets; without it an upgrade is refused. */
  readonly upgrade?: (message: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

type Entry = { -readonly [Key in keyof Recorded]: Recorded[Key] };

/** Listens on 127.0.0.1. `close` ends every connection, also those that hang. */
export async function startServer(options: ServerOptions): Promise<EmulatorServer> {
  const faults = createFaultPlan();
  const requests: Entry[] = [];
  const lookup = createLookup(options.routes);
  const sockets = new Set<Socket>();
  const self: { latencyMs: number } = { latencyMs: options.latencyMs ?? 0 };

  const server = createServer((message, response) => {
    answer(message, response).catch((error: unknown) => response.destroy(asError(error)));
  });
  // A connection that is closed for being idle meets the request that is on its way: clients see a reset that nobody ordered.
  server.keepAliveTimeout = 0;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    record(requests, message);
    const refused = faults.take(message.method ?? 'GET', message.url ?? '/') !== null || !options.upgrade;
    if (refused) socket.destroy();
    else options.upgrade?.(message, socket, head);
  });

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const entry = record(requests, message);
    if (self.latencyMs > 0) await sleep(self.latencyMs);
    const fault = faults.take(entry.method, entry.path);
    const early = fault ? await meet(fault, message) : null;
    if (early === 'silence') return;
    const reply = early ?? (await handle(message, entry));
    if (fault?.kind === 'lost-answer') return void message.socket.destroy();
    entry.status = reply.status ?? 200;
    await send(response, reply);
  }

  async function handle(message: IncomingMessage, entry: Entry): Promise<EmulatorReply> {
    const url = new URL(message.url ?? '/', 'http://127.0.0.1');
    const match = lookup(entry.method, url.pathname);
    const request = readRequest(message, url, match?.params);
    try {
      return match ? await match.handler(request) : options.unknown(request);
    } catch (error) {
      return options.failed(error, request);
    } finally {
      const body = request.seen();
      if (body !== undefined) entry.body = body;
    }
  }

  const port = await listen(server, options.port ?? 0);
  return Object.assign(self, {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    inject: faults.inject,
    clearFaults: faults.clear,
    close: () => closeAll(server, sockets),
  });
}

/** Null: the request goes on as usual. */
async function meet(fault: Fault, message: IncomingMessage): Promise<EmulatorReply | 'silence' | null> {
  switch (fault.kind) {
    case 'status':
      message.resume();
      return { status: fault.status ?? 503, json: fault.body ?? {}, headers: fault.headers ?? {} };
    case 'drop':
      message.socket.destroy();
      return 'silence';
    case 'hang':
      return 'silence';
    case 'delay':
      await sleep(fault.ms ?? 1000);
      return null;
    case 'lost-answer':
      return null;
  }
}

function record(requests: Entry[], message: IncomingMessage): Entry {
  const entry: Entry = { at: Date.now(), method: message.method ?? 'GET', path: message.url ?? '/', status: null };
  requests.push(entry);
  return entry;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
