/** From the configuration of a Convex target to the target and its data: part of the composition root. */
import { join } from 'node:path';
import type { ConvexAccessConfig, ConvexConfig, StoreConfig } from './config/config.ts';
import type { CallFunction } from './checks/called.ts';
import { Problem } from './core/errors.ts';
import type { Runtime } from './core/runtime.ts';
import type { ProtectedData } from './databases/database.ts';
import { expiring } from './databases/expiring.ts';
import { type ConvexClient, createConvexClient } from './platforms/convex/client.ts';
import { addressOf, kindOfKey } from './platforms/convex/deployment.ts';
import { folderArtefacts } from './stores/artefacts.ts';
import type { ConvexSetup } from './targets/convex/options.ts';
import type { Target } from './targets/target.ts';

export interface ConvexPlace {
  /** `.belay` of the project. */
  readonly state: string;
  readonly environment: string;
  readonly name: string;
  readonly runtime: Runtime;
  /** Where the record is; absent where nothing is deployed. */
  readonly store?: StoreConfig;
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

const isLoopback = (url: string): boolean => /^(localhost|127\..*|\[::1\])$/.test(new URL(url).hostname);

/** Keys of one deployment begin with its name: `prod:calm-otter-101|…`. */
function sameDeployment(a: ConvexAccessConfig, b: ConvexAccessConfig): boolean {
  if (a.kind === 'cloud' && b.kind === 'cloud') {
    return a.deployKey.reveal().split('|')[0] === b.deployKey.reveal().split('|')[0];
  }
  return a.kind === 'self-hosted' && b.kind === 'self-hosted' && new URL(a.url).host === new URL(b.url).host;
}

/** Where a target keeps its releases, and how it is made. */
export function convexSetup(
  config: ConvexConfig,
  { state, environment, name, runtime, store }: ConvexPlace,
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
    isHere: config.access.kind === 'self-hosted' && isLoopback(config.access.url),
    holdsStore: store?.type === 'convex' && sameDeployment(config.access, store.access),
    artefacts: runtime.store.artefacts ?? folderArtefacts(join(state, 'artefacts')),
  };
}

export async function createConvex(
  config: ConvexConfig,
  place: ConvexPlace,
  env: Readonly<Record<string, string>>,
): Promise<Target> {
  const { state, environment, name } = place;
  refuseForeignKey(config.access, environment);
  const { createConvexTarget } = await import('./targets/convex/convex.ts');
  const setup = convexSetup(config, place, env);
  const data = config.data ? await createData(config.data, setup, join(state, 'snapshots', environment, name)) : null;
  return createConvexTarget({ ...setup, ...(data ? { data } : {}) });
}

/** A preview is thrown away; production is not what it should be thrown away with. @throws Problem CONFIG_INVALID */
function refuseForeignKey(access: ConvexAccessConfig, environment: string): void {
  if (access.kind !== 'cloud' || !/^(preview|pr)(-|$)/.test(environment)) return;
  if (kindOfKey(access.deployKey.reveal()) !== 'production') return;
  throw new Problem('CONFIG_INVALID', `${environment} would be deployed with a production key of Convex`, {
    why: 'the deploy key begins with prod:',
    next: 'give this environment a preview or development key of its own',
    retry: 'after-change',
  });
}

async function createData(
  { storage, scratch, expireMs }: NonNullable<ConvexConfig['data']>,
  setup: ConvexSetup,
  snapshots: string,
): Promise<ProtectedData> {
  const [{ createConvexData }, { validationOf }] = await Promise.all([
    import('./databases/convex.ts'),
    import('./targets/convex/validation.ts'),
  ]);
  const data = createConvexData({
    what: `the documents of ${setup.name}`,
    client: setup.client,
    snapshots,
    includeStorage: storage,
    scratch: scratch ? convexClient(scratch) : null,
    validation: validationOf(setup),
  });
  return expiring(data, expireMs);
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
