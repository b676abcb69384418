/** Pushes over the vendor's protocol, with modules written by hand: no bundler, a few milliseconds. */
import { createHash } from 'node:crypto';

export interface Pushed {
  /** The answer that ended the waiting. */
  readonly waited: Readonly<Record<string, unknown>>;
  /** Progress that was told before it. */
  readonly progress: readonly Readonly<Record<string, unknown>>[];
  /** Null where the schema was refused. */
  readonly finished: { readonly status: number; readonly body: unknown } | null;
}

interface Address {
  readonly url: string;
  readonly adminKey: string;
}

type Json = Readonly<Record<string, unknown>>;

export async function post(emulator: Address, path: string, body: unknown): Promise<{ status: number; body: Json }> {
  const answer = await fetch(`${emulator.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Convex ${emulator.adminKey}` },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Json) };
}

/** start_push, wait_for_schema until it is settled, finish_push. */
export async function push(emulator: Address, request: Json, options: { dryRun?: boolean } = {}): Promise<Pushed> {
  const dryRun = options.dryRun ?? false;
  const { adminKey } = emulator;
  const started = await post(emulator, '/api/deploy2/start_push', { ...request, adminKey, dryRun });
  if (started.status !== 200) throw new Error(`start_push: ${started.status} ${JSON.stringify(started.body)}`);
  const progress: Json[] = [];
  for (;;) {
    const wait = { adminKey, schemaChange: started.body['schemaChange'], timeoutMs: 10_000, dryRun };
    const { body } = await post(emulator, '/api/deploy2/wait_for_schema', wait);
    if (body['type'] === 'inProgress') {
      progress.push(body);
      continue;
    }
    if (body['type'] !== 'complete') return { waited: body, progress, finished: null };
    const finished = await post(emulator, '/api/deploy2/finish_push', { adminKey, startPush: started.body, dryRun });
    return { waited: body, progress, finished };
  }
}

export interface HandWritten {
  /** Table → documentType of its export; without it there is no schema. */
  readonly tables?: Readonly<Record<string, HandWrittenTable>>;
  readonly schemaValidation?: boolean;
  /** Module path → source; `query`, `mutation` and `action` are there: `export const f = query(args, handler)`. */
  readonly modules?: Readonly<Record<string, string>>;
}

export interface HandWrittenTable {
  readonly documentType: Json;
  readonly indexes?: readonly { readonly indexDescriptor: string; readonly fields: readonly string[] }[];
}

/** What the vendor's bundles export, in a few lines. */
const REGISTERED = `const registered = (kind) => (args, handler, internal = false) =>
  Object.assign(() => {}, { ['is' + kind]: true, [internal ? 'isInternal' : 'isPublic']: true,
    exportArgs: () => JSON.stringify(args), exportReturns: () => '{"type":"any"}', _handler: handler });
const query = registered('Query'), mutation = registered('Mutation'), action = registered('Action');
`;

export function pushRequest(app: HandWritten): Json {
  const modules = Object.entries(app.modules ?? {}).map(([path, source]) => moduleOf(path, REGISTERED + source));
  return {
    functions: 'convex/',
    appDefinition: {
      definition: null,
      dependencies: [],
      schema: app.tables ? moduleOf('schema.js', schemaSource(app.tables, app.schemaValidation ?? true)) : null,
      changedModules: modules,
      unchangedModuleHashes: [],
      udfServerVersion: '1.48.0',
    },
    componentDefinitions: [],
    nodeDependencies: [],
  };
}

export const sha256 = (source: string) => createHash('sha256').update(source).digest('hex');

const moduleOf = (path: string, source: string) => ({ path, source, environment: 'isolate' });

function schemaSource(tables: Readonly<Record<string, HandWrittenTable>>, schemaValidation: boolean): string {
  return `const tables = ${JSON.stringify(tables)};
const full = (t) => ({ indexes: [], searchIndexes: [], vectorIndexes: [], stagedDbIndexes: [], ...t });
export default {
  schemaValidation: ${schemaValidation},
  tables: Object.fromEntries(Object.entries(tables).map(([name, t]) => [name, { export: () => full(t) }])),
  export: () => JSON.stringify({ schemaValidation: ${schemaValidation},
    tables: Object.entries(tables).map(([tableName, t]) => ({ tableName, ...full(t) })) }),
};
`;
}
