/** Code as a push brings it: bundles loaded, analysed, and mounted as a tree of components. */
import { createHash } from 'node:crypto';
import { type AnalyzedModule, analyzeModule } from './analyze-module.ts';
import type { CodeFolder, ComponentName, WrittenModules } from './code-folder.ts';
import type { PushedModule, PushRequest } from './push-request.ts';
import { badRequest } from './refusal.ts';
import type { LoadedSchema } from './schema.ts';
import type { SchemaJson } from './validator-json.ts';

export interface Definition {
  readonly path: string;
  readonly modules: readonly PushedModule[];
  readonly schema: LoadedSchema | null;
  readonly functions: Readonly<Record<string, AnalyzedModule>>;
  readonly written: WrittenModules;
  readonly metadata: DefinitionMetadata;
  readonly udfServerVersion: string;
}

export interface DefinitionMetadata {
  readonly definitionType: { readonly type: 'app' } | { readonly type: 'childComponent'; readonly name: string };
  readonly childComponents: readonly { readonly name: string; readonly path: string }[];
  readonly httpMounts: Readonly<Record<string, string>>;
}

export interface Revision {
  readonly definitions: ReadonlyMap<string, Definition>;
  /** Component path (`''` is the app, `guard`, `guard/inner`) → definition path. */
  readonly components: ReadonlyMap<string, string>;
  readonly nodeDependencies: PushRequest['nodeDependencies'];
  readonly nodeVersion: string | null;
}

/** Null: no such component is mounted. */
export function definitionAt(revision: Revision | null, component: string): Definition | null {
  const path = revision?.components.get(component);
  return path === undefined ? null : (revision?.definitions.get(path) ?? null);
}

export const hashOf = (module: PushedModule): string =>
  createHash('sha256')
    .update(module.source)
    .update(module.sourceMap ?? '')
    .digest('hex');

/** Loads what a push brings. Modules that it only names by hash come from the revision that is live. */
export async function loadRevision(folder: CodeFolder, push: PushRequest, live: Revision | null): Promise<Revision> {
  const definitions = new Map<string, Definition>();
  const load = async (path: string): Promise<ComponentName> => {
    const source = sourceOf(push, path, live);
    const used: ComponentName[] = [];
    for (const dependency of source.dependencies) used.push(await load(dependency));
    const definition = definitions.get(path) ?? (await loadDefinition(folder, path, source, used));
    definitions.set(path, definition);
    const { definitionType } = definition.metadata;
    return { definitionPath: path, defaultName: definitionType.type === 'app' ? '' : definitionType.name };
  };
  await load('');
  const components = new Map<string, string>();
  mount(definitions, '', '', components);
  return { definitions, components, nodeDependencies: push.nodeDependencies, nodeVersion: push.nodeVersion ?? null };
}

interface DefinitionSource {
  readonly definition: PushedModule | null;
  readonly dependencies: readonly string[];
  readonly schema: PushedModule | null;
  readonly modules: readonly PushedModule[];
  readonly udfServerVersion: string;
}

function sourceOf(push: PushRequest, path: string, live: Revision | null): DefinitionSource {
  const app = push.appDefinition;
  if (path === '')
    return {
      definition: app.definition ?? null,
      dependencies: app.dependencies,
      schema: app.schema ?? null,
      modules: [...app.changedModules, ...unchangedModules(push, live)],
      udfServerVersion: app.udfServerVersion,
    };
  const found = push.componentDefinitions.find(({ definitionPath }) => definitionPath === path);
  if (!found) throw badRequest('InvalidComponentDefinition', `The push does not bring the component "${path}".`);
  return { ...found, schema: found.schema ?? null, modules: found.functions };
}

function unchangedModules(push: PushRequest, live: Revision | null): PushedModule[] {
  const known = definitionAt(live, '')?.modules ?? [];
  return push.appDefinition.unchangedModuleHashes.map(({ path, environment, sha256 }) => {
    const module = known.find((one) => one.path === path && one.environment === environment);
    if (module && hashOf(module) === sha256) return module;
    throw badRequest('RaceDetected', `Unchanged module "${path}" with hash ${sha256} is not what the deployment runs.`);
  });
}

async function loadDefinition(
  folder: CodeFolder,
  path: string,
  source: DefinitionSource,
  used: readonly ComponentName[],
): Promise<Definition> {
  const { definition, schema } = source;
  const extra = [definition, schema].filter((module) => module !== null);
  const written = await folder.write([...source.modules, ...extra], used);
  const functions: Record<string, AnalyzedModule> = {};
  for (const module of source.modules) {
    if (module.path.startsWith('_deps/')) continue;
    functions[module.path] = analyzeModule(module.path, await loadOrRefuse(written, module.path));
  }
  return {
    path,
    modules: source.modules,
    schema: schema && readSchema(await loadOrRefuse(written, schema.path)),
    functions,
    written,
    metadata: definition ? readMetadata(await loadOrRefuse(written, definition.path)) : BARE_APP,
    udfServerVersion: source.udfServerVersion,
  };
}

async function loadOrRefuse(written: WrittenModules, path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await written.load(path);
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw badRequest(
      'InvalidModules',
      `Loading the pushed modules encountered the following\n    error:\nFailed to analyze ${path}: Uncaught ${reason}`,
    );
  }
}

const BARE_APP: DefinitionMetadata = { definitionType: { type: 'app' }, childComponents: [], httpMounts: {} };

/** Both kinds of definition say what they are by `export()`. */
function readMetadata(exported: Readonly<Record<string, unknown>>): DefinitionMetadata {
  return (exported['default'] as { export(): DefinitionMetadata }).export();
}

function readSchema(exported: Readonly<Record<string, unknown>>): LoadedSchema {
  const definition = exported['default'] as LoadedSchema['definition'] & { export(): string };
  return { definition, json: JSON.parse(definition.export()) as SchemaJson };
}

function mount(
  definitions: ReadonlyMap<string, Definition>,
  component: string,
  definitionPath: string,
  into: Map<string, string>,
): void {
  into.set(component, definitionPath);
  for (const child of definitions.get(definitionPath)?.metadata.childComponents ?? []) {
    mount(definitions, component === '' ? child.name : `${component}/${child.name}`, child.path, into);
  }
}
