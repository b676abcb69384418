/** Runs pushed functions: convex-test over tables that are ours and outlive it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { defineSchema, type GenericSchema, type SchemaDefinition } from 'convex/server';
import type { Value } from 'convex/values';
import { convexTest } from 'convex-test';
import { definitionAt, type Definition, type Revision } from './revision.ts';
import { refusedWrite } from './schema.ts';
import { deleteDocument, documentOf, putDocument, type StoredDocument, type TableData, tableOf } from './table-data.ts';

export interface Engine {
  /** Throws what the function threw. */
  run(component: string, path: string, args: Record<string, Value>): Promise<Value>;
  /** Runs while no transaction does: for swaps of tables. */
  exclusively(action: () => void): Promise<void>;
  fetch(path: string, init: RequestInit): Promise<Response>;
}

interface Runner {
  fun(path: { componentPath: string; udfPath: string }, args: Record<string, Value>): Promise<Value | undefined>;
  run(handler: () => Promise<null>): Promise<unknown>;
  fetch(path: string, init: RequestInit): Promise<Response>;
  finishInProgressScheduledFunctions(): Promise<void>;
}

/** The part of convex-test's database that is replaced; 0.0.60 keeps committed documents in `_documents`. */
interface Database {
  /** Open transactions, innermost last: written documents by id, null where one is deleted. */
  readonly _writes: readonly Readonly<Record<string, StoredDocument | null>>[];
  get(table: string, id: string): StoredDocument | null;
  _iterateDocs(table: string, visit: (document: StoredDocument) => void): void;
  _validate(table: string, document: Record<string, Value>): void;
}

interface World {
  readonly components: Readonly<Record<string, { readonly db: Database }>>;
}

const NO_SCHEMA = defineSchema({}, { schemaValidation: false });

export function createEngine(revision: Revision, dataOf: (component: string) => TableData): Engine {
  const app = definitionAt(revision, '');
  const test = convexTest({ ...schemaOf(app), modules: modulesOf(app) });
  for (const component of revision.components.keys()) {
    const definition = definitionAt(revision, component);
    const schema: SchemaDefinition<GenericSchema, boolean> = definition?.schema?.definition ?? NO_SCHEMA;
    if (component !== '') test.registerComponent(component, schema, modulesOf(definition));
  }
  const runner = test as unknown as Runner;
  for (const [component, { db }] of Object.entries(worldOf(runner).components)) {
    attach(db, dataOf(component), definitionAt(revision, component));
  }
  return {
    run: async (componentPath, udfPath, args) => (await runner.fun({ componentPath, udfPath }, args)) ?? null,
    async exclusively(action) {
      await runner.run(async () => {
        action();
        return null;
      });
    },
    fetch: runner.fetch,
  };
}

const schemaOf = (app: Definition | null) => (app?.schema ? { schema: app.schema.definition } : {});

/** convex-test finds the root of the modules by the folder of generated code. */
function modulesOf(definition: Definition | null): Record<string, () => Promise<Readonly<Record<string, unknown>>>> {
  const paths = Object.keys(definition?.functions ?? {});
  const loaders = paths.map((path) => [`/convex/${path}`, () => definition?.written.load(path)] as const);
  return { ...Object.fromEntries(loaders), '/convex/_generated/api.js': async () => ({}) } as ReturnType<
    typeof modulesOf
  >;
}

/** Every call runs in a context that holds the databases: there is no other way to them. */
function worldOf(runner: Runner): World {
  const { run } = AsyncLocalStorage.prototype;
  let seen: World | null = null;
  AsyncLocalStorage.prototype.run = function intercepted(this: unknown, store: unknown, ...rest: unknown[]) {
    if (isWorld(store)) seen = store;
    return Reflect.apply(run, this, [store, ...rest]) as unknown;
  } as typeof run;
  try {
    void runner.finishInProgressScheduledFunctions();
  } finally {
    AsyncLocalStorage.prototype.run = run;
  }
  if (!seen) throw new Error('convex-test keeps its databases elsewhere than in 0.0.60: adapt src/emulators/convex.');
  return seen;
}

const isWorld = (store: unknown): store is World =>
  typeof store === 'object' && store !== null && 'components' in store && 'transactionManager' in store;

function attach(db: Database, data: TableData, definition: Definition | null): void {
  const committed = documentsOf(data);
  const share = (name: string, get: () => unknown, set: (value: never) => void) =>
    Object.defineProperty(db, name, { get, set, configurable: true, enumerable: true });
  share('_documents', () => committed, unexpected);
  share('_storage', () => data.files, unexpected);
  share(
    '_nextDocId',
    () => data.nextId,
    (next: number) => void (data.nextId = next),
  );
  share(
    '_lastCreationTime',
    () => data.lastCreationTime,
    (next: number) => void (data.lastCreationTime = next),
  );
  // Its own looks at every document of every table.
  db._iterateDocs = (table, visit) => {
    for (const id of idsSeen(db, data, table)) {
      const document = db.get(table, id);
      if (document) visit(document);
    }
  };
  db._validate = (table, document) => {
    const refused = refusedWrite(definition?.schema ?? null, table, document);
    if (refused !== null) throw new Error(refused);
  };
}

function idsSeen(db: Database, data: TableData, table: string): Iterable<string> {
  const committed = data.tables.get(table)?.keys() ?? [];
  const written = db._writes.flatMap((writes) => Object.keys(writes)).filter((id) => tableOf(id) === table);
  return new Set([...committed, ...written]);
}

const unexpected = () => {
  throw new Error('convex-test replaces its documents, which 0.0.60 does not: adapt src/emulators/convex.');
};

/** The tables as the one object by id in which convex-test reads, writes and deletes. */
function documentsOf(data: TableData): Record<string, StoredDocument> {
  const handler: ProxyHandler<Record<string, StoredDocument>> = {
    get: (_target, id) => (typeof id === 'string' ? documentOf(data, id) : undefined),
    set(_target, _id, document: StoredDocument) {
      putDocument(data, document);
      return true;
    },
    deleteProperty(_target, id) {
      if (typeof id === 'string') deleteDocument(data, id);
      return true;
    },
  };
  return new Proxy({}, handler);
}
