/** The queries under `_system/` that the vendor's command line asks. */
import type { Value } from 'convex/values';
import type { Deployment } from './deployment.ts';
import { latestExport } from './exports.ts';
import { importDocument } from './imports.ts';
import { definitionAt } from './revision.ts';
import { rowsOf, type StoredDocument, tablesOf } from './table-data.ts';

type Args = Readonly<Record<string, Value>>;
type SystemQuery = (deployment: Deployment, args: Args, component: string) => Value;

const QUERIES: Readonly<Record<string, SystemQuery>> = {
  '_system/cli/queryEnvironmentVariables': (deployment) =>
    Object.entries(deployment.environment).map(([name, value]) => ({ name, value })),
  '_system/cli/queryEnvironmentVariables:get': (deployment, { name }) => {
    const value = deployment.environment[textOf(name)];
    return value === undefined ? null : { name: textOf(name), value };
  },
  '_system/cli/tables': (deployment, args, component) =>
    page(
      tablesOf(deployment.dataOf(component)).map((name) => ({ name })),
      args,
    ),
  '_system/cli/tableData': tableData,
  '_system/cli/exports:getLatest': latestExport,
  '_system/cli/queryImport': (deployment, { importId }) => {
    const found = deployment.imports.all.get(textOf(importId));
    return found ? importDocument(found) : null;
  },
  '_system/cli/queryImport:list': (deployment) => [...deployment.imports.all.values()].map(importDocument),
  '_system/cli/modules:apiSpec': apiSpec,
  '_system/cli/convexUrl:cloudUrl': (deployment) => deployment.url,
  '_system/cli/convexUrl:siteUrl': (deployment) => `${deployment.url}/http`,
  '_system/frontend/deploymentState:deploymentState': (deployment) => ({
    state: deployment.paused ? 'paused' : 'running',
  }),
};

export const isSystemPath = (path: string) => path.startsWith('_system/');

/** Undefined: the emulator does not know this query. */
export function systemQuery(deployment: Deployment, path: string, args: Args, component: string): Value | undefined {
  const plain = path.replace(/\.js(?=:|$)/, '').replace(/:default$/, '');
  return QUERIES[plain]?.(deployment, args, component);
}

const textOf = (value: Value | undefined) => (typeof value === 'string' ? value : '');

function tableData(deployment: Deployment, args: Args, component: string): Value {
  const rows = rowsOf(deployment.dataOf(component), textOf(args['table']));
  return page<StoredDocument>(args['order'] === 'asc' ? rows : rows.toReversed(), args);
}

/** The cursor is the index where the next page begins. */
function page<T extends Value>(all: readonly T[], { paginationOpts }: Args): Value {
  const { cursor = null, numItems = all.length } = (paginationOpts ?? {}) as { cursor?: Value; numItems?: number };
  const start = cursor === null ? 0 : Number(cursor);
  const end = start + Number(numItems);
  return { page: all.slice(start, end), isDone: end >= all.length, continueCursor: String(end) };
}

function apiSpec(deployment: Deployment, _args: Args, component: string): Value {
  const functions = definitionAt(deployment.live, component)?.functions ?? {};
  return Object.entries(functions).flatMap(([path, module]) => [
    ...module.functions.map(({ name, udfType, visibility, args, returns }) => ({
      identifier: `${path}:${name}`,
      functionType: udfType,
      visibility: { ...visibility },
      args: JSON.parse(args) as Value,
      returns: JSON.parse(returns) as Value,
    })),
    ...(module.httpRoutes ?? []).map(({ route }) => ({ functionType: 'HttpAction', ...route })),
  ]);
}
