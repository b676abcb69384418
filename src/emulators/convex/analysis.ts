/** A loaded revision as start_push answers it: analysed definitions and the tree of components. */
import type { Definition, Revision } from './revision.ts';

type ExportTree =
  | { readonly type: 'leaf'; readonly leaf: string }
  | { readonly type: 'branch'; readonly branch: (readonly [string, ExportTree])[] };

/** The vendor seeds random numbers and the clock while modules load; nothing here depends on it. */
const IMPORT_PHASE = { importPhaseRngSeed: { $bytes: '' }, importPhaseUnixTimestamp: { $integer: 'AAAAAAAAAAA=' } };

export function analysisOf(revision: Revision): Record<string, unknown> {
  return Object.fromEntries(
    [...revision.definitions].map(([path, definition]) => [
      path,
      {
        definition: { ...definition.metadata, path, exports: exportsOf(definition) },
        schema: definition.schema?.json ?? null,
        functions: definition.functions,
        udfConfig: { serverVersion: definition.udfServerVersion, ...IMPORT_PHASE },
      },
    ]),
  );
}

/** What a component offers to those who mount it: its public functions. An app offers nothing. */
function exportsOf(definition: Definition): ExportTree {
  const root: ExportTree = { type: 'branch', branch: [] };
  if (definition.path === '') return root;
  for (const [path, module] of Object.entries(definition.functions)) {
    for (const { name, visibility } of module.functions) {
      if (visibility.kind === 'public')
        insert(root, [...path.replace(/\.js$/, '').split('/'), name], `${path}:${name}`);
    }
  }
  return root;
}

function insert(tree: ExportTree, steps: readonly string[], udfPath: string): void {
  const [step = '', ...rest] = steps;
  if (tree.type === 'leaf') return;
  if (rest.length === 0) {
    tree.branch.push([step, { type: 'leaf', leaf: `_reference/function/${udfPath}` }]);
    return;
  }
  const known = tree.branch.find(([name]) => name === step)?.[1];
  const next: ExportTree = known ?? { type: 'branch', branch: [] };
  if (!known) tree.branch.push([step, next]);
  insert(next, rest, udfPath);
}

interface CheckedComponent {
  readonly definitionPath: string;
  readonly componentPath: string;
  readonly args: Record<string, never>;
  readonly childComponents: Readonly<Record<string, CheckedComponent>>;
  readonly httpRoutes: { readonly httpModuleRoutes: unknown; readonly mounts: readonly string[] };
  readonly exports: Record<string, never>;
}

export function componentTree(revision: Revision, componentPath = ''): CheckedComponent {
  const definition = revision.definitions.get(revision.components.get(componentPath) ?? '');
  const children = definition?.metadata.childComponents ?? [];
  const pathOf = (name: string) => (componentPath === '' ? name : `${componentPath}/${name}`);
  const routes = definition?.functions['http.js']?.httpRoutes?.map(({ route }) => route) ?? null;
  return {
    definitionPath: definition?.path ?? '',
    componentPath,
    args: {},
    childComponents: Object.fromEntries(children.map(({ name }) => [name, componentTree(revision, pathOf(name))])),
    httpRoutes: { httpModuleRoutes: routes, mounts: Object.keys(definition?.metadata.httpMounts ?? {}) },
    exports: {},
  };
}
