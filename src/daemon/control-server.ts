/** The daemon's own door: JSON over HTTP on a unix socket, one path per verb. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { Problem } from '../core/errors.ts';
import type { DaemonClient } from './protocol.ts';
import { packObservations } from './packed-observations.ts';
import { PROTOCOL, VERBS, problemToWire, type Arguments, type Verb, type WireAnswer } from './wire.ts';

const MAX_BODY = 1_024 * 1_024;

type Handlers = { readonly [V in Verb]: (body: Arguments<V>) => Promise<unknown> };

function handlersOf(verbs: DaemonClient): Handlers {
  return {
    info: () => verbs.info(),
    app: ({ app }) => verbs.app(app),
    listen: ({ app, fence, address }) => verbs.listen(app, fence, address),
    start: ({ app, fence, spec }) => verbs.start(app, fence, spec),
    stop: ({ app, fence, release }) => verbs.stop(app, fence, release),
    forget: ({ app, fence, release }) => verbs.forget(app, fence, release),
    route: ({ app, fence, shares, guard }) => verbs.route(app, fence, shares, guard),
    observations: async ({ app, after, waitMs }) => packObservations(await verbs.observations(app, after, waitMs)),
    hold: ({ app, fence, maxMs }) => verbs.hold(app, fence, maxMs),
    resume: ({ app, fence }) => verbs.resume(app, fence),
    shutdown: () => verbs.shutdown(),
  };
}

function isVerb(name: string): name is Verb {
  return Object.hasOwn(VERBS, name);
}

async function readBody(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Problem('USAGE', 'The request to the daemon is too large');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

async function call<V extends Verb>(handlers: Handlers, verb: V, body: unknown): Promise<unknown> {
  const parsed = VERBS[verb].safeParse(body);
  if (parsed.success) return handlers[verb](parsed.data as Arguments<V>);
  const details = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Problem('USAGE', `The daemon does not understand this call of ${verb}`, { details });
}

async function answer(handlers: Handlers, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const [, protocol, verb = ''] = (req.url ?? '').split('/');
  let status = 200;
  let body: WireAnswer;
  try {
    if (protocol !== PROTOCOL || !isVerb(verb)) {
      status = 404;
      throw new Problem('TARGET_UNREACHABLE', `The daemon does not know ${req.url ?? ''}`, {
        why: 'It is of another version of belay.',
        next: 'belay daemon stop',
      });
    }
    body = { result: (await call(handlers, verb, await readBody(req))) ?? null };
  } catch (error) {
    if (status === 200) status = error instanceof Problem ? 409 : 500;
    body = { problem: problemToWire(error) };
  }
  const text = JSON.stringify(body);
  res.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  res.end(text);
}

/** Listens at the address, whose folder is known to be safe; a socket that a dead daemon left is replaced. */
export async function openControlServer(address: string, verbs: DaemonClient): Promise<Server> {
  const handlers = handlersOf(verbs);
  const server = createServer((req, res) => void answer(handlers, req, res));
  // Calls that wait for a drain take as long as that takes.
  server.requestTimeout = 0;
  rmSync(address, { force: true });
  server.listen(address);
  await once(server, 'listening');
  chmodSync(address, 0o600);
  return server;
}
