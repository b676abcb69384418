/** Data for an environment: made up from its schema, or an anonymised copy of another one's. Part of the composition root. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from './core/errors.ts';
import { withSession } from './core/open.ts';
import type { Copied } from './environments/anonymise/copy.ts';
import { tableTypes } from './environments/schema-tables.ts';
import type { Seeded } from './environments/seed/seed-deployment.ts';
import { deploymentFacts } from './platforms/convex/deployment-facts.ts';
import type { Doing } from './platforms/convex/doing.ts';
import { RefusedBySchema } from './platforms/convex/import.ts';
import { releaseOf } from './platforms/convex/push-request.ts';
import { liveSchema } from './project-environment-facts.ts';
import { backendMeant, openBackend, type OpenBackend, targetsOf } from './project-environments.ts';
import { type Project, stateFolder } from './project.ts';
import type { ValidatorJson } from './schema/convex/validator.ts';
import { suggest } from './util/suggest.ts';

export interface SeedPlace {
  readonly environment: string;
  readonly target?: string;
  readonly yesProduction: boolean;
  readonly say: (line: string) => void;
}

export interface SeedRequest extends SeedPlace {
  /** Documents in each table. */
  readonly rows: number;
  readonly seed: number;
  /** Empty: all. */
  readonly tables: readonly string[];
}

export interface CopyRequest extends SeedPlace {
  readonly from: string;
  /** As read from the file; null without one. */
  readonly rules: unknown;
  readonly keep: readonly string[];
}

export interface Filled<T> {
  readonly target: string;
  readonly tables: readonly T[];
}

/** @throws Problem USAGE, CONSENT_NEEDED, SCHEMA_UNREADABLE, DATA_FAILED, LOCK_HELD, TARGET_UNREACHABLE */
export function seedEnvironment(project: Project, request: SeedRequest): Promise<Filled<Seeded>> {
  return filling(project, request, `seeded with made-up data, seed ${request.seed}`, async (backend, ctx) => {
    const all = await typesOf(project, backend, request.environment);
    const unknown = request.tables.find((table) => !all.has(table));
    if (unknown !== undefined) throw unknownTable(unknown, [...all.keys()]);
    const chosen = new Map([...all].filter(([name]) => request.tables.length === 0 || request.tables.includes(name)));
    const others = [...all.keys()].filter((name) => !chosen.has(name));
    const { seedDeployment } = await import('./environments/seed/seed-deployment.ts');
    return seedDeployment(backend.client, ctx, { types: chosen, others, rows: request.rows, seed: request.seed });
  });
}

/** @throws Problem as `seedEnvironment`, and CONSENT_NEEDED where a field needs a rule */
export function copyEnvironment(project: Project, request: CopyRequest): Promise<Filled<Copied>> {
  if (request.from === request.environment) {
    throw new Problem('USAGE', `${request.from} cannot be copied into itself`, {
      next: `belay env seed NAME --from ${request.from} --anonymise`,
    });
  }
  const [name, config] = backendMeant(project, request.from, request.target);
  return filling(project, request, `filled with an anonymised copy of ${request.from}`, async (backend, ctx) => {
    const source = await openBackend(project, request.from, name, config);
    if (source.client.url === backend.client.url) {
      throw new Problem('USAGE', `${request.from} and ${request.environment} are one deployment`, {
        why: `both are ${new URL(source.client.url).host}`,
        next: 'belay env create staging   gives it a deployment of its own',
      });
    }
    const types = await typesOf(project, source, request.from);
    return copyInto(project, { source, backend, types, ctx }, request);
  });
}

interface Copying {
  readonly source: OpenBackend;
  readonly backend: OpenBackend;
  readonly types: ReadonlyMap<string, ValidatorJson>;
  readonly ctx: Doing;
}

async function copyInto(project: Project, { source, backend, types, ctx }: Copying, request: CopyRequest) {
  const [{ exportTo }, { importFrom }, { writeCopy }, { createRules }, { createPseudonyms }] = await Promise.all([
    import('./platforms/convex/export.ts'),
    import('./platforms/convex/import.ts'),
    import('./environments/anonymise/copy.ts'),
    import('./environments/anonymise/rules.ts'),
    import('./environments/anonymise/pseudonyms.ts'),
  ]);
  const ruleOf = createRules(request.rules, request.keep);
  // The true documents are on this disk for as long as this takes, for this user alone.
  const state = stateFolder(project.config);
  await mkdir(state, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(state, 'anonymise-'));
  try {
    const [from, to] = [join(folder, 'true.zip'), join(folder, 'copy.zip')];
    await exportTo(source.client, ctx, { file: from, includeStorage: false });
    const pseudonyms = await createPseudonyms(randomBytes(32));
    const copied = await writeCopy({ from, to, types, ruleOf, pseudonyms, signal: ctx.signal });
    await importFrom(backend.client, ctx, { file: to, side: join(folder, 'import.zip') });
    return copied;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Under the lock of the environment, so that nothing is deployed meanwhile, and on record. */
async function filling<T>(
  project: Project,
  request: SeedPlace,
  reason: string,
  work: (backend: OpenBackend, ctx: Doing) => Promise<readonly T[]>,
): Promise<Filled<T>> {
  const { runtime } = project;
  const [name, config] = backendMeant(project, request.environment, request.target);
  const backend = await openBackend(project, request.environment, name, config);
  const ctx: Doing = { signal: runtime.stop.gently, say: (line) => request.say(project.clean(line)) };
  if (!request.yesProduction) await refuseProduction(project, request.environment, backend, ctx.signal);
  return withSession(runtime, await project.environment(request.environment), async (session) => {
    await session.append(session.event('lease.held', { reason: `${name} is ${reason}` }, null));
    try {
      return { target: name, tables: await work(backend, ctx) };
    } catch (error) {
      throw error instanceof RefusedBySchema ? refusedBySchema(request.environment, error) : error;
    }
  });
}

async function typesOf(project: Project, backend: OpenBackend, environment: string) {
  const live = releaseOf(await backend.client.modules(project.runtime.stop.gently));
  if (live === null) {
    throw new Problem('SCHEMA_UNREADABLE', `Nothing is deployed to ${environment} yet, so its tables are not known`, {
      next: `belay deploy --env ${environment}`,
    });
  }
  const schema = await liveSchema(project, backend, live);
  if (!schema.known) {
    throw new Problem('SCHEMA_UNREADABLE', `The schema of ${environment} cannot be read`, {
      why: schema.why,
      next: `belay deploy --env ${environment}`,
    });
  }
  const types = tableTypes(schema.value);
  if (types.size > 0) return types;
  throw new Problem('SCHEMA_UNREADABLE', `${environment} runs without a schema, so nobody can tell what is in it`, {
    next: 'write convex/schema.ts, and deploy it',
  });
}

/** By name, by what the deployment says of itself, by its address. @throws Problem CONSENT_NEEDED */
async function refuseProduction(project: Project, environment: string, { client }: OpenBackend, signal: AbortSignal) {
  const { host } = new URL(client.url);
  const facts = await deploymentFacts(client, signal);
  const named = environment === 'production' ? 'that is its name' : null;
  const told = facts.deploymentType === 'prod' ? `${host} says that it is a production deployment` : null;
  const why = named ?? told ?? (await sharedWithProduction(project, environment, client.url));
  if (why === null) return;
  throw new Problem('CONSENT_NEEDED', `${environment} may be production, and all its documents would be replaced`, {
    why,
    next: 'name another environment; or add --yes-production if it is none, or has nothing to lose',
  });
}

async function sharedWithProduction(project: Project, environment: string, url: string): Promise<string | null> {
  const production = project.config.environments['production'];
  if (!production || environment === 'production') return null;
  for (const [name, config] of targetsOf(production, 'convex')) {
    const { access } = config;
    // A key that is not here cannot be asked whose it is.
    if (access.kind === 'cloud' && !access.deployKey.available()) continue;
    const other =
      access.kind === 'cloud' ? (await openBackend(project, 'production', name, config)).client.url : access.url;
    if (other.replace(/\/$/, '') === url) return `production uses the same deployment, ${new URL(url).host}`;
  }
  return null;
}

function refusedBySchema(environment: string, { message }: Error): Problem {
  return new Problem('DATA_FAILED', `The documents do not fit the schema of ${environment}; the data is as it was`, {
    why: message,
    next: `deploy the same commit to ${environment} first: belay status`,
    retry: 'after-change',
  });
}

function unknownTable(table: string, known: readonly string[]): Problem {
  const near = suggest(table, known);
  return new Problem('USAGE', `There is no table ${table}`, {
    why: `the schema has ${known.join(', ')}${near ? `; did you mean ${near}?` : ''}`,
    next: `belay env seed NAME --table ${near ?? known[0] ?? 'TABLE'}`,
  });
}
