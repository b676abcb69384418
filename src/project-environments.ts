/** The platforms behind an environment, opened by its configuration. Part of the composition root. */
import type { ConvexConfig, EnvironmentConfig, VercelConfig } from './config/config.ts';
import { Problem } from './core/errors.ts';
import type { ConvexClient } from './platforms/convex/client.ts';
import type { PushRequest } from './platforms/convex/push-request.ts';
import { createVercelProjects, type VercelProjects } from './platforms/vercel/projects.ts';
import { convexSetup } from './project-convex.ts';
import { type Project, requireEnvironment, stateFolder } from './project.ts';
import { readPush } from './targets/convex/kept-releases.ts';

/** The targets of one kind, by name. */
export function targetsOf<K extends 'convex' | 'vercel'>(
  { targets }: EnvironmentConfig,
  kind: K,
): readonly (readonly [string, K extends 'convex' ? ConvexConfig : VercelConfig])[] {
  return Object.entries(targets).filter(([, { type }]) => type === kind) as never;
}

export function vercelProjects({ api, token, team }: VercelConfig): VercelProjects {
  return createVercelProjects({ api, token: token.reveal(), team });
}

export interface OpenBackend {
  readonly name: string;
  readonly client: ConvexClient;
  readonly config: ConvexConfig;
  /** The push request of a release, where it is kept. */
  push(release: string): Promise<PushRequest | null>;
}

export async function openBackend(
  project: Project,
  environment: string,
  name: string,
  config: ConvexConfig,
): Promise<OpenBackend> {
  const place = { state: stateFolder(project.config), environment, name, runtime: project.runtime };
  const setup = convexSetup(config, place, {});
  return { name, config, client: await setup.client(), push: (release) => readPush(setup, release) };
}

/** The named Convex target of an environment, else the only one. @throws Problem USAGE, ENVIRONMENT_UNKNOWN */
export function backendMeant(project: Project, environment: string, named?: string): readonly [string, ConvexConfig] {
  const all = targetsOf(requireEnvironment(project.config, environment), 'convex');
  const found = named === undefined ? all : all.filter(([name]) => name === named);
  const [first] = found;
  if (first && found.length === 1) return first;
  const names = all.map(([name]) => name).join(', ');
  throw new Problem('USAGE', names === '' ? `${environment} has no Convex target` : 'Which target?', {
    why: names === '' ? 'only the data of Convex is filled' : `${environment} has ${names}`,
    next: names === '' ? 'belay env list' : `add --target ${all[0]?.[0] ?? 'NAME'}`,
  });
}
