/** A Convex deployment on 127.0.0.1: the vendor's protocol with true state, and functions that really run. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { convexToJson, type Value } from 'convex/values';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { type EmulatorServer, startServer } from '../http/server.ts';
import { createDeployment, type Deployment, type DeploymentInfo, type Scenario } from './deployment.ts';
import { createFunctionLog } from './function-log.ts';
import { createImports } from './imports.ts';
import { createPushes } from './pushes.ts';
import { Refusal, refusalReply } from './refusal.ts';
import { definitionAt, hashOf } from './revision.ts';
import { adminRoutes } from './routes-admin.ts';
import { functionRoutes } from './routes-functions.ts';
import { pushRoutes } from './routes-push.ts';
import { snapshotRoutes } from './routes-snapshots.ts';
import { refusedWrite } from './schema.ts';
import { serveSync } from './sync.ts';
import { newCreationTime, newId, putDocument, rowsOf, tableNumber } from './table-data.ts';

export interface ConvexEmulatorOptions {
  readonly name?: string;
  readonly adminKey?: string;
  readonly port?: number;
  readonly latencyMs?: number;
  /** Default true; false lets any key in. */
  readonly requireKey?: boolean;
  /** Where it belongs to a project of the control plane; self-hosted otherwise. */
  readonly cloud?: Pick<DeploymentInfo, 'deploymentType' | 'reference' | 'cloud'>;
}

export interface ConvexEmulator extends EmulatorServer {
  readonly adminKey: string;
  readonly name: string;
  /** Documents of a table in Convex JSON, oldest first; the component path '' is the app. */
  documents(table: string, component?: string): Promise<readonly Record<string, unknown>[]>;
  /** Values of Convex (bigint, ArrayBuffer); checked against the live schema. Throws where it refuses one. */
  insert(table: string, documents: readonly Record<string, unknown>[], component?: string): Promise<void>;
  /** Deletes the documents of a table; the table stays. */
  clear(table: string, component?: string): void;
  /** Module path → sha256, as get_config_hashes tells. */
  modules(): Readonly<Record<string, string>>;
  /** Another key that opens the deployment; false takes it back. */
  allow(key: string, allowed?: boolean): void;
  paused: boolean;
  readonly scenario: Scenario;
}

export async function startConvexEmulator(options: ConvexEmulatorOptions = {}): Promise<ConvexEmulator> {
  const name = options.name ?? 'emulated-otter-123';
  const adminKey = options.adminKey ?? `${name}|0123456789abcdef`;
  const info = { name, deploymentType: 'prod', reference: 'production', cloud: null, ...options.cloud } as const;
  const deployment = await createDeployment(
    { info, keys: new Set([adminKey]), requireKey: options.requireKey ?? true },
    { pushes: createPushes(), exports: [], imports: createImports(), logs: createFunctionLog() },
  );
  const sockets = new WebSocketServer({ noServer: true });
  const server = await startServer({
    port: options.port,
    latencyMs: options.latencyMs,
    routes: {
      ...adminRoutes(deployment),
      ...pushRoutes(deployment),
      ...snapshotRoutes(deployment),
      ...functionRoutes(deployment),
    },
    unknown: ({ method, path }) => refusalReply(new Refusal(404, 'NotFound', `No route for ${method} ${path}`)),
    failed: (error) => refusalReply(error instanceof z.ZodError ? badBody(error) : error),
    upgrade: (message, socket, head) => upgrade(deployment, sockets, message, socket, head),
  });
  deployment.url = server.url;
  return extend(server, deployment, adminKey);
}

const badBody = (error: z.ZodError) => new Refusal(400, 'BadJsonBody', z.prettifyError(error));

function upgrade(
  deployment: Deployment,
  sockets: WebSocketServer,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  if (!/^\/api\/(?:[^/]+\/)?sync$/.test((message.url ?? '').split('?', 1)[0] ?? '')) return void socket.destroy();
  sockets.handleUpgrade(message, socket, head, (client) => serveSync(deployment, client));
}

function extend(server: EmulatorServer, deployment: Deployment, adminKey: string): ConvexEmulator {
  return {
    adminKey,
    name: deployment.info.name,
    url: server.url,
    port: server.port,
    requests: server.requests,
    inject: server.inject,
    clearFaults: server.clearFaults,
    scenario: deployment.scenario,
    get latencyMs() {
      return server.latencyMs;
    },
    set latencyMs(ms) {
      server.latencyMs = ms;
    },
    get paused() {
      return deployment.paused;
    },
    set paused(paused) {
      deployment.paused = paused;
      deployment.changed();
    },
    documents: async (table, component = '') =>
      rowsOf(deployment.dataOf(component), table).map((row) => convexToJson(row) as Record<string, unknown>),
    insert: async (table, documents, component = '') =>
      insert(deployment, table, documents as readonly Record<string, Value>[], component),
    clear(table, component = '') {
      const data = deployment.dataOf(component);
      data.tables.delete(table);
      deployment.changed();
    },
    modules: () =>
      Object.fromEntries((definitionAt(deployment.live, '')?.modules ?? []).map((one) => [one.path, hashOf(one)])),
    allow: (key, allowed = true) => void (allowed ? deployment.keys.add(key) : deployment.keys.delete(key)),
    async close() {
      await server.close();
      await deployment.close();
    },
  };
}

function insert(
  deployment: Deployment,
  table: string,
  documents: readonly Record<string, Value>[],
  component: string,
): void {
  const data = deployment.dataOf(component);
  const schema = definitionAt(deployment.live, component)?.schema ?? null;
  tableNumber(data, table);
  for (const document of documents) {
    const refused = refusedWrite(schema, table, document);
    if (refused !== null) throw new Error(refused);
    const _id = newId(data, table);
    putDocument(data, { ...document, _id, _creationTime: newCreationTime(data) });
  }
  deployment.changed();
}
