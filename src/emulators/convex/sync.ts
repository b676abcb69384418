/** The sync protocol: one WebSocket, a set of queries, transitions whenever one of them reads differently. */
import { convexToJson, type JSONValue, jsonToConvex, type Value } from 'convex/values';
import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import { opens } from './access.ts';
import type { Deployment } from './deployment.ts';
import { callFunction, type FunctionKind } from './functions.ts';
import { isSystemPath, systemQuery } from './system-queries.ts';

const Json = z.custom<JSONValue>();
const Call = { udfPath: z.string(), args: z.array(Json), componentPath: z.string().nullish() };
const ClientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Connect') }),
  z.object({ type: z.literal('Event') }),
  z.object({
    type: z.literal('Authenticate'),
    tokenType: z.string(),
    value: z.string().nullish(),
    baseVersion: z.number(),
  }),
  z.object({
    type: z.literal('ModifyQuerySet'),
    newVersion: z.number(),
    modifications: z.array(
      z.discriminatedUnion('type', [
        z.object({ type: z.literal('Add'), queryId: z.number(), ...Call }),
        z.object({ type: z.literal('Remove'), queryId: z.number() }),
      ]),
    ),
  }),
  z.object({ type: z.literal('Mutation'), requestId: z.number(), ...Call }),
  z.object({ type: z.literal('Action'), requestId: z.number(), ...Call }),
]);
type ClientMessage = z.infer<typeof ClientMessage>;
type AddedQuery = { readonly udfPath: string; readonly args: readonly JSONValue[]; readonly component: string };

interface Session {
  readonly socket: WebSocket;
  readonly queries: Map<number, AddedQuery>;
  /** What each query answered last, as text. */
  readonly told: Map<number, string>;
  querySet: number;
  identity: number;
  ts: bigint;
  admin: boolean;
}

/** Serves one connection until it closes. Messages are handled in turn. */
export function serveSync(deployment: Deployment, socket: WebSocket): void {
  const session: Session = {
    socket,
    queries: new Map(),
    told: new Map(),
    querySet: 0,
    identity: 0,
    ts: 0n,
    admin: false,
  };
  let last: Promise<void> = Promise.resolve();
  const inTurn = (job: () => Promise<void>) => {
    last = last.then(job).catch((error: unknown) => {
      send(session, { type: 'FatalError', error: error instanceof Error ? error.message : String(error) });
      socket.close();
    });
  };
  let asked = false;
  const stop = deployment.onChange(() => {
    if (asked) return;
    asked = true;
    inTurn(async () => {
      asked = false;
      await transition(deployment, session, {}, []);
    });
  });
  socket.on('message', (data) =>
    inTurn(() => handle(deployment, session, ClientMessage.parse(JSON.parse(textOf(data))))),
  );
  socket.on('close', stop);
  socket.on('error', stop);
}

const textOf = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8');

async function handle(deployment: Deployment, session: Session, message: ClientMessage): Promise<void> {
  switch (message.type) {
    case 'Connect':
    case 'Event':
      return;
    case 'Authenticate':
      return authenticate(deployment, session, message);
    case 'ModifyQuerySet':
      return modify(deployment, session, message);
    case 'Mutation':
    case 'Action':
      return call(deployment, session, message);
  }
}

async function authenticate(
  deployment: Deployment,
  session: Session,
  message: Extract<ClientMessage, { type: 'Authenticate' }>,
): Promise<void> {
  const admin = message.tokenType === 'Admin';
  if (admin && !opens(deployment, message.value ?? null)) {
    const error = 'The provided admin key was invalid for this instance';
    send(session, { type: 'AuthError', error, baseVersion: message.baseVersion, authUpdateAttempted: true });
    return session.socket.close();
  }
  session.admin = admin;
  await transition(deployment, session, { identity: message.baseVersion + 1 }, []);
}

async function modify(
  deployment: Deployment,
  session: Session,
  message: Extract<ClientMessage, { type: 'ModifyQuerySet' }>,
): Promise<void> {
  const removed: unknown[] = [];
  for (const change of message.modifications) {
    session.told.delete(change.queryId);
    if (change.type === 'Add') {
      const { udfPath, args, componentPath } = change;
      session.queries.set(change.queryId, { udfPath, args, component: componentPath ?? '' });
    } else {
      session.queries.delete(change.queryId);
      removed.push({ type: 'QueryRemoved', queryId: change.queryId });
    }
  }
  await transition(deployment, session, { querySet: message.newVersion }, removed);
}

async function call(
  deployment: Deployment,
  session: Session,
  message: Extract<ClientMessage, { type: 'Mutation' | 'Action' }>,
): Promise<void> {
  const kind: FunctionKind = message.type;
  const outcome = await callFunction(deployment, {
    kind,
    path: message.udfPath,
    component: message.componentPath ?? '',
    args: message.args[0] ?? {},
    admin: session.admin,
  });
  const common = { type: `${kind}Response`, requestId: message.requestId, logLines: outcome.logLines };
  if (outcome.status === 'error')
    return send(session, { ...common, success: false, result: outcome.errorMessage, errorData: outcome.errorData });
  const ts = nextTs(session);
  send(session, {
    ...common,
    success: true,
    result: outcome.value,
    ...(kind === 'Mutation' ? { ts: encode(ts) } : {}),
  });
  await transition(deployment, session, {}, [], ts);
}

/** Tells what reads differently; says nothing where nothing does and no version moves. */
async function transition(
  deployment: Deployment,
  session: Session,
  versions: { readonly querySet?: number; readonly identity?: number },
  removed: readonly unknown[],
  ts?: bigint,
): Promise<void> {
  const modifications = [...removed];
  for (const [queryId, query] of session.queries) {
    const answer = await evaluate(deployment, session, query);
    const text = JSON.stringify(answer);
    if (session.told.get(queryId) === text) continue;
    session.told.set(queryId, text);
    modifications.push({ queryId, journal: null, ...answer });
  }
  if (modifications.length === 0 && Object.keys(versions).length === 0 && ts === undefined) return;
  const startVersion = { querySet: session.querySet, identity: session.identity, ts: encode(session.ts) };
  Object.assign(session, versions);
  session.ts = ts ?? nextTs(session);
  const endVersion = { querySet: session.querySet, identity: session.identity, ts: encode(session.ts) };
  send(session, { type: 'Transition', startVersion, endVersion, modifications });
}

async function evaluate(deployment: Deployment, session: Session, query: AddedQuery) {
  const { udfPath: path, component } = query;
  const args = query.args[0] ?? {};
  if (isSystemPath(path)) {
    if (!session.admin) return failed('You do not have permission to perform this operation (deployment:data:view)');
    const value = systemQuery(deployment, path, jsonToConvex(args) as Record<string, Value>, component);
    if (value === undefined) return failed(`The emulator does not answer ${path}.`);
    return { type: 'QueryUpdated', value: convexToJson(value), logLines: [] };
  }
  const outcome = await callFunction(deployment, { kind: 'Query', path, component, args, admin: session.admin });
  if (outcome.status === 'error') return failed(outcome.errorMessage, outcome.errorData);
  return { type: 'QueryUpdated', value: outcome.value, logLines: outcome.logLines };
}

const failed = (errorMessage: string, errorData: JSONValue = null) => ({
  type: 'QueryFailed',
  errorMessage,
  errorData,
  logLines: [],
});

function nextTs(session: Session): bigint {
  const now = BigInt(Date.now()) * 1_000_000n;
  return now > session.ts ? now : session.ts + 1n;
}

function encode(ts: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(ts);
  return bytes.toString('base64');
}

function send(session: Session, message: Record<string, unknown>): void {
  if (session.socket.readyState === session.socket.OPEN) session.socket.send(JSON.stringify(message));
}
