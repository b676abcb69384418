/**
 * The body of a push, as the vendor's command line writes it with `--write-push-request --push-all-modules`:
 * self-contained, so that kept per release it is the way back to that release, without a checkout or a build.
 */
import { createHash } from 'node:crypto';

export interface PushModule {
  readonly path: string;
  readonly source: string;
  readonly sourceMap?: string;
  readonly environment: 'isolate' | 'node';
}

export interface PushRequest {
  readonly adminKey: string;
  readonly dryRun: boolean;
  readonly functions: string;
  readonly appDefinition: {
    readonly definition: PushModule | null;
    readonly dependencies: readonly string[];
    readonly schema: PushModule | null;
    readonly changedModules: readonly PushModule[];
    readonly unchangedModuleHashes: readonly unknown[];
    readonly udfServerVersion: string;
  };
  readonly componentDefinitions: readonly {
    readonly definitionPath: string;
    readonly definition: PushModule;
    readonly schema: PushModule | null;
    readonly functions: readonly PushModule[];
  }[];
  readonly nodeDependencies: readonly { readonly name: string; readonly version: string }[];
  readonly nodeVersion?: string;
}

export interface ModuleHash {
  readonly path: string;
  readonly environment: string;
  readonly hash: string;
}

const sha256 = (...parts: readonly string[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

/** As the deployment tells it of what is live: SHA-256 of source and source map. */
export function hashOfModule({ path, source, sourceMap, environment }: PushModule): ModuleHash {
  return { path, environment, hash: sha256(source, sourceMap ?? '') };
}

/** What is live is told by this module alone: no other push leaves it there. */
export const MARKER = 'belay_release.js';

/** Source maps hold paths of the machine that built it: two builds of the same code differ in them. */
function contentHash({ appDefinition: app, componentDefinitions, nodeDependencies }: PushRequest): string {
  const told = (one: PushModule | null) => (one ? [one.path, one.environment, one.source] : null);
  const byPath = (modules: readonly PushModule[]) =>
    modules
      .filter(({ path }) => path !== MARKER)
      .map(told)
      .sort((a, b) => ((a?.[0] ?? '') < (b?.[0] ?? '') ? -1 : 1));
  return sha256(
    JSON.stringify([
      told(app.definition),
      told(app.schema),
      byPath(app.changedModules),
      app.udfServerVersion,
      componentDefinitions.map((one) => [
        one.definitionPath,
        told(one.definition),
        told(one.schema),
        byPath(one.functions),
      ]),
      nodeDependencies,
    ]),
  );
}

function markerOf(content: string): PushModule {
  return { path: MARKER, environment: 'isolate', source: `export const release = ${JSON.stringify(content)};\n` };
}

const idOf = (marker: ModuleHash): string => `cx-${marker.hash.slice(0, 16)}`;

/** The same code has the same id, whenever and wherever it was built. */
export function marked(request: PushRequest): { readonly id: string; readonly request: PushRequest } {
  const marker = markerOf(contentHash(request));
  const { appDefinition: app } = request;
  const others = app.changedModules.filter(({ path }) => path !== MARKER);
  const changed = { ...request, adminKey: '', appDefinition: { ...app, changedModules: [...others, marker] } };
  return { id: idOf(hashOfModule(marker)), request: changed };
}

/** Whose modules these are; null when there are none. What was pushed by other hands gets a name of its own. */
export function releaseOf(modules: readonly ModuleHash[]): string | null {
  if (modules.length === 0) return null;
  const marker = modules.find(({ path }) => path === MARKER);
  if (marker) return idOf(marker);
  const told = modules.map(({ path, hash }) => `${path} ${hash}`).sort((a, b) => (a < b ? -1 : 1));
  const digest = sha256(told.join('\n'));
  return `unmanaged-${digest.slice(0, 12)}`;
}

/** Modules that are live and should not be, or are missing, or differ. */
export function differences(wanted: PushRequest, live: readonly ModuleHash[]): readonly string[] {
  const expected = new Map(wanted.appDefinition.changedModules.map((one) => [one.path, hashOfModule(one).hash]));
  const found = new Map(live.map(({ path, hash }) => [path, hash]));
  return [...new Set([...expected.keys(), ...found.keys()])].filter((path) => expected.get(path) !== found.get(path));
}

export function schemaHash({ appDefinition: { schema } }: PushRequest): string | null {
  return schema ? sha256(schema.source).slice(0, 12) : null;
}

/** The functions of one release on the schema of another. */
export function onSchemaOf(request: PushRequest, other: PushRequest): PushRequest {
  return { ...request, appDefinition: { ...request.appDefinition, schema: other.appDefinition.schema } };
}

/** There for as long as validation is off: what is live is then no release, whoever dies in between. */
const RELAXED_MARK: PushModule = {
  path: 'belay_relaxed.js',
  environment: 'isolate',
  source: 'export const relaxed = true;\n',
};

export const isRelaxed = (live: readonly ModuleHash[]): boolean => live.some(({ path }) => path === RELAXED_MARK.path);

/** The same tables and indexes, with documents of any shape: what old data passes through on its way back. */
export function withoutValidation(request: PushRequest): PushRequest {
  const { schema } = request.appDefinition;
  if (!schema) return request;
  const name = '__belaySchema';
  const source =
    schema.source.replace(/export\s*\{([^}]*)\bas\s+default\b([^}]*)\}/, (_, before: string, after: string) => {
      const [local = ''] = before.trim().split(',').slice(-1);
      return `const ${name} = ${local.trim()};\nexport {${before}as __original${after}}`;
    }) + RELAXED;
  return {
    ...request,
    appDefinition: {
      ...request.appDefinition,
      schema: { ...schema, source },
      changedModules: [...request.appDefinition.changedModules, RELAXED_MARK],
    },
  };
}

const RELAXED = `
export ${'default'} Object.assign(Object.create(Object.getPrototypeOf(__belaySchema)), __belaySchema, { schemaValidation: false });
`;

/** A deployment without any code: what there was before the very first release. Data stays. */
export function emptied(request: PushRequest): PushRequest {
  const { appDefinition: app } = request;
  return {
    ...request,
    appDefinition: { ...app, definition: null, dependencies: [], schema: null, changedModules: [] },
    componentDefinitions: [],
    nodeDependencies: [],
  };
}
