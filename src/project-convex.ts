/** From the configuration of a Convex target to the target and its data: part of the composition root. */
import { join } from 'node:path';
import type { ConvexAccessConfig, ConvexConfig } from './config/config.ts';
import type { CallFunction } from './checks/called.ts';
import type { Runtime } from './core/runtime.ts';
import type { ProtectedData } from './databases/database.ts';
import { type ConvexClient, createConvexClient } from './platforms/convex/client.ts';
import { addressOf } from './platforms/convex/deployment.ts';
import { folderArtefacts } from './stores/artefacts.ts';
import type { ConvexSetup } from './targets/convex/options.ts';
import type { Target } from './targets/target.ts';

export interface ConvexPlace {
  /** `.belay` of the project. */
  readonly state: string;
  readonly environment: string;
  readonly name: string;
  readonly runtime: Runtime;
}

/** Asks whose key it is only when something is to be asked of the deployment, and once. */
export function convexClient(access: ConvexAccessConfig): () => Promise<ConvexClient> {
  let client: Promise<ConvexClient> | undefined;
  const open = async () =>
    createConvexClient(
      await addressOf(
        access.kind === 'cloud'
          ? { deployKey: access.deployKey.reveal(), provision: access.provision }
          : { url: access.url, adminKey: access.adminKey?.reveal() ?? '' },
      ),
    );
  return () => (client ??= open());
}

/** Where a target keeps its releases, and how it is made. */
export function convexSetup(
  config: ConvexConfig,
  { state, environment, name, runtime }: ConvexPlace,
  env: Readonly<Record<string, string>>,
): ConvexSetup {
  const { source, install, limits, keep } = config;
  return {
    name,
    home: join(state, 'convex', environment, name),
    scope: `convex/${environment}/${name}/`,
    options: {
      source: source.kind === 'git' ? { repository: source.path } : { directory: source.path },
      install,
      env,
      installLimitMs: limits.installMs,
      buildLimitMs: limits.buildMs,
      keep,
    },
    client: convexClient(config.access),
    artefacts: runtime.store.artefacts ?? folderArtefacts(join(state, 'artefacts')),
  };
}

export async function createConvex(
  config: ConvexConfig,
  place: ConvexPlace,
  env: Readonly<Record<string, string>>,
): Promise<Target> {
  const { state, environment, name } = place;
  const { createConvexTarget } = await import('./targets/convex/convex.ts');
  const setup = convexSetup(config, place, env);
  const data = config.data ? await createData(config.data, setup, join(state, 'snapshots', environment, name)) : null;
  return createConvexTarget({ ...setup, ...(data ? { data } : {}) });
}

async function createData(
  { storage, scratch }: NonNullable<ConvexConfig['data']>,
  setup: ConvexSetup,
  snapshots: string,
): Promise<ProtectedData> {
  const [{ createConvexData }, { validationOf }] = await Promise.all([
    import('./databases/convex.ts'),
    import('./targets/convex/validation.ts'),
  ]);
  return createConvexData({
    what: `the documents of ${setup.name}`,
    client: setup.client,
    snapshots,
    includeStorage: storage,
    scratch: scratch ? convexClient(scratch) : null,
    validation: validationOf(setup),
  });
}

/** A function by its name, with the rights of the environment's key: `module:name`. */
export function convexCaller({ access }: ConvexConfig): CallFunction {
  const client = convexClient(access);
  return async (name, signal) => {
    const answer = await (await client()).call('function', name, {}, signal);
    if (answer.status === 'success') return { ok: true, value: answer.value };
    return { ok: false, why: answer.errorMessage ?? 'it failed without a word' };
  };
}
