/** Vercel on this machine: the API that the adapters and the vendor's clients speak, builds that run, URLs that answer. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Routes } from '../http/routes.ts';
import { type EmulatorServer, startServer } from '../http/server.ts';
import { guarded } from './guard.ts';
import { id } from './ids.ts';
import type { Plan, VercelScenario } from './model.ts';
import { createProject, type ProjectInput } from './projects.ts';
import { Refusal, replyTo } from './refusal.ts';
import { accountRoutes } from './routes/account-routes.ts';
import { aliasRoutes } from './routes/alias-routes.ts';
import { checkRoutes } from './routes/check-routes.ts';
import { deploymentRoutes } from './routes/deployment-routes.ts';
import { edgeConfigRoutes } from './routes/edge-config-routes.ts';
import { envRoutes } from './routes/env-routes.ts';
import { productionRoutes } from './routes/production-routes.ts';
import { projectRoutes } from './routes/project-routes.ts';
import { rollingRoutes } from './routes/rolling-routes.ts';
import { showDeployment } from './show-deployment.ts';
import { shareOf } from './visitor.ts';
import { createWorld, projectOf, type World } from './world.ts';

export interface VercelOptions {
  /** Default: a new one. */
  readonly token?: string;
  /** The team's slug. Default `belay-team`. */
  readonly team?: string;
  readonly plan?: Plan;
  readonly port?: number;
  readonly latencyMs?: number;
  /** Folder for uploads and builds. Default: a temporary one, removed at the end. */
  readonly home?: string;
  /** What builds and servers see of the machine. Default: a PATH that finds this Node, and HOME. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How long an alias job takes. Default 40. */
  readonly jobMs?: number;
  /** How long one minute of a rolling release's stage is. Default 60,000. */
  readonly minuteMs?: number;
}

export interface VercelEmulator extends EmulatorServer {
  readonly token: string;
  readonly teamId: string;
  readonly teamSlug: string;
  plan: Plan;
  readonly scenario: VercelScenario;
  /** `productionUrl` is where production's traffic goes; it splits during a rolling release, sticky by cookie. */
  createProject(input: ProjectInput): Promise<{ id: string; name: string; productionUrl: string }>;
  /** As GET /v13/deployments/{id} shows it. */
  deployment(id: string): ReturnType<typeof showDeployment> | undefined;
  /** Which deployment production's visitors get. Project by id or name. */
  production(project: string): { live: string | null; canary?: { id: string; percentage: number } };
}

export async function startVercelEmulator(options: VercelOptions = {}): Promise<VercelEmulator> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'belay-vercel-')));
  const world = createWorld({
    token: options.token ?? id('vcp_', 40),
    team: options.team ?? 'belay-team',
    plan: options.plan ?? 'pro',
    home,
    environment: options.environment ?? defaultEnvironment(home),
    jobMs: options.jobMs ?? 40,
    minuteMs: options.minuteMs ?? 60_000,
  });
  const server = await startServer({
    routes: guarded(world, routesOf(world)),
    port: options.port,
    latencyMs: options.latencyMs,
    unknown: ({ method, path }) => replyTo(new Refusal(404, 'not_found', `${method} ${path} is no path of this API`)),
    failed: replyTo,
  });
  const closeServer = server.close.bind(server);
  const close = async () => {
    await closeServer();
    await Promise.all([...world.closers].map((each) => each()));
    if (options.home === undefined) await rm(home, { recursive: true, force: true });
  };
  const emulator = Object.assign(server, { ...viewOf(world), plan: world.plan, close });
  return Object.defineProperty(emulator, 'plan', {
    get: () => world.plan,
    set: (plan: Plan) => {
      world.plan = plan;
    },
  });
}

/** What a test looks at, beside the API. */
function viewOf(world: World) {
  return {
    token: world.token,
    teamId: world.team.id,
    teamSlug: world.team.slug,
    scenario: world.scenario,
    createProject: async (input: ProjectInput) => {
      const project = await createProject(world, input);
      return { id: project.id, name: project.name, productionUrl: `http://${project.domain}` };
    },
    deployment: (wanted: string) => {
      const found = world.deployments.get(wanted);
      return found && showDeployment(world, found);
    },
    production: (wanted: string) => {
      const project = projectOf(world, wanted);
      const { rolling, live } = project;
      if (rolling?.state !== 'ACTIVE') return { live };
      return { live, canary: { id: rolling.canaryDeploymentId, percentage: shareOf(project) } };
    },
  };
}

const defaultEnvironment = (home: string) => ({
  PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
  HOME: home,
});

function routesOf(world: World): Routes {
  return {
    ...accountRoutes(world),
    ...deploymentRoutes(world),
    ...productionRoutes(world),
    ...rollingRoutes(world),
    ...envRoutes(world),
    ...projectRoutes(world),
    ...aliasRoutes(world),
    ...edgeConfigRoutes(world),
    ...checkRoutes(world),
  };
}
