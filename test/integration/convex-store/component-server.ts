/**
 * Belay's component alone, run by the vendor's convex-test with the vendor's limits for one transaction, behind the one
 * endpoint that the store calls. The emulator has no such limits; a deployment has.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { convexTest, type TestConvex } from 'convex-test';
import { makeFunctionReference } from 'convex/server';
import schema from '../../../src/convex/component/schema.ts';

export const MODULES: Record<string, () => Promise<Record<string, unknown>>> = {
  '/convex/_generated/component.ts': () => import('../../../src/convex/component/_generated/component.ts'),
  '/convex/artefacts.ts': () => import('../../../src/convex/component/artefacts.ts'),
  '/convex/documents.ts': () => import('../../../src/convex/component/documents.ts'),
  '/convex/journal.ts': () => import('../../../src/convex/component/journal.ts'),
  '/convex/leases.ts': () => import('../../../src/convex/component/leases.ts'),
  '/convex/log.ts': () => import('../../../src/convex/component/log.ts'),
  '/convex/reading.ts': () => import('../../../src/convex/component/reading.ts'),
  '/convex/requests.ts': () => import('../../../src/convex/component/requests.ts'),
  '/convex/store.ts': () => import('../../../src/convex/component/store.ts'),
  '/convex/views.ts': () => import('../../../src/convex/component/views.ts'),
};

export type Component = TestConvex<typeof schema>;

export function startComponent(): Component {
  return convexTest({ schema, modules: MODULES, transactionLimits: true });
}

/** Any function of the component, by `module:name`. */
export async function callComponent(
  component: Component,
  path: string,
  args: Record<string, unknown>,
): Promise<unknown> {
  const [module = '', name = ''] = path.split(':');
  const found = (await MODULES[`/convex/${module}.ts`]?.())?.[name] as { readonly isMutation?: true } | undefined;
  if (found === undefined) throw new Error(`Could not find function for '${path}'`);
  return found.isMutation
    ? component.mutation(makeFunctionReference<'mutation'>(path), args)
    : component.query(makeFunctionReference<'query'>(path), args);
}

export interface ComponentServer {
  readonly url: string;
  readonly adminKey: string;
  readonly component: Component;
  /** Requests answered so far, by path of the function. */
  readonly seen: string[];
  /** The next call of this function is done, and its answer lost. */
  loseAnswerOf(path: string): void;
  close(): Promise<void>;
}

export async function serveComponent(): Promise<ComponentServer> {
  const component = startComponent();
  const seen: string[] = [];
  const lost = new Set<string>();
  const server = createServer((request, response) => void answer(component, request, response, seen, lost));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    adminKey: 'test|0123456789abcdef',
    component,
    seen,
    loseAnswerOf: (path) => void lost.add(path),
    close: () => closed(server),
  };
}

interface Body {
  readonly path: string;
  readonly componentPath?: string;
  readonly args: readonly [Record<string, unknown>];
}

async function answer(
  component: Component,
  request: IncomingMessage,
  response: ServerResponse,
  seen: string[],
  lost: Set<string>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { path, componentPath, args } = JSON.parse(Buffer.concat(chunks).toString()) as Body;
  seen.push(path);
  const told = await callComponent(component, path, args[0]).then(
    (value) => ({ status: 'success', value: value ?? null, logLines: [] }),
    (error: unknown) => ({ status: 'error', errorMessage: String(error), logLines: [] }),
  );
  if (lost.delete(path)) return void request.socket.destroy();
  const ok = request.url === '/api/function' && componentPath === 'belay';
  response.writeHead(ok ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(ok ? told : { code: 'NotFound', message: `no ${request.url} of ${componentPath}` }));
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
