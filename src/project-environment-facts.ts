/** Everything that two environments are compared by, read from their platforms. Part of the composition root. */
import type { ConvexConfig, VercelConfig } from './config/config.ts';
import { describeError, isProblem, Problem } from './core/errors.ts';
import { readEnvironmentRow } from './core/status.ts';
import type {
  BackendFacts,
  EnvironmentFacts,
  HashValue,
  Seen,
  SiteFacts,
} from './environments/compare/environment-facts.ts';
import { schemaOfPush } from './environments/live-schema.ts';
import { listVariables } from './platforms/convex/deployment-facts.ts';
import { MARKER, type ModuleHash, releaseOf } from './platforms/convex/push-request.ts';
import { openBackend, type OpenBackend, targetsOf, vercelProjects } from './project-environments.ts';
import { type Project, requireEnvironment } from './project.ts';

/** What cannot be read is told as that; the rest is compared all the same. */
async function look<T>(read: () => Promise<T>): Promise<Seen<T>> {
  try {
    return { known: true, value: await read() };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { known: false, why: describeError(error) };
  }
}

export async function environmentFacts(project: Project, name: string, hash: HashValue): Promise<EnvironmentFacts> {
  const config = requireEnvironment(project.config, name);
  const { live = null } = (await readEnvironmentRow(project.runtime.store, name)) ?? {};
  const backends = await Promise.all(
    targetsOf(config, 'convex').map(
      async ([target, one]) => [target, await backendFacts(project, name, [target, one], hash)] as const,
    ),
  );
  const sites = await Promise.all(
    targetsOf(config, 'vercel').map(async ([target, one]) => [target, await siteFacts(project, one, hash)] as const),
  );
  return { name, live, backends: Object.fromEntries(backends), sites: Object.fromEntries(sites) };
}

async function backendFacts(
  project: Project,
  environment: string,
  [name, config]: readonly [string, ConvexConfig],
  hash: HashValue,
): Promise<BackendFacts> {
  const signal = project.runtime.stop.gently;
  const opened = await look(() => openBackend(project, environment, name, config));
  if (!opened.known) return { variables: opened, modules: opened, schema: opened };
  const { client } = opened.value;
  const [variables, modules] = await Promise.all([
    look(async () => hashed(await listVariables(client, signal), hash)),
    look(() => client.modules(signal)),
  ]);
  return {
    variables,
    modules: modules.known ? { known: true, value: hashesOf(modules.value) } : modules,
    schema: modules.known ? await liveSchema(project, opened.value, releaseOf(modules.value)) : modules,
  };
}

/** The marker tells the release, which is compared by itself. */
function hashesOf(modules: readonly ModuleHash[]): Readonly<Record<string, string>> {
  return Object.fromEntries(modules.filter(({ path }) => path !== MARKER).map(({ path, hash }) => [path, hash]));
}

function hashed(values: Readonly<Record<string, string>>, hash: HashValue): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, hash(value)]));
}

/** Of the release that the deployment itself says it runs. */
export async function liveSchema(
  project: Project,
  backend: OpenBackend,
  release: string | null,
): Promise<Seen<unknown>> {
  if (release === null) return { known: true, value: null };
  const request = await backend.push(release);
  if (!request) {
    const { host } = new URL(backend.client.url);
    return { known: false, why: `${host} runs ${release}, which is not kept here: it was not deployed by Belay` };
  }
  return look(() => schemaOfPush(project.runtime.exec, request, project.runtime.stop.gently));
}

async function siteFacts(project: Project, config: VercelConfig, hash: HashValue): Promise<SiteFacts> {
  const signal = project.runtime.stop.gently;
  const vercel = vercelProjects(config);
  const [variables, regions] = await Promise.all([
    look(async () => {
      const all = await vercel.variables(config.project, signal);
      const told = ({ type, value, decrypted }: (typeof all)[number]) => {
        const readable = value !== undefined && (decrypted === true || type === 'plain');
        return readable ? hash(value) : null;
      };
      return Object.fromEntries(all.map((one) => [one.key, told(one)]));
    }),
    look(async () => {
      const found = await vercel.project(config.project, signal);
      if (!found) throw new Problem('TARGET_FAILED', `Vercel has no project ${config.project}`);
      const { serverlessFunctionRegion: only, resourceConfig } = found;
      return config.regions ?? resourceConfig?.functionDefaultRegions ?? (only ? [only] : []);
    }),
  ]);
  return { variables, regions };
}
