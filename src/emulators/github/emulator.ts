/** GitHub on this machine, as far as a deployment tool speaks to it: deployments, statuses, checks, workflows, identity. */
import { randomBytes } from 'node:crypto';
import { delimiter, dirname } from 'node:path';
import type { EmulatorReply } from '../http/request.ts';
import type { Handler, Routes } from '../http/routes.ts';
import { type EmulatorServer, startServer } from '../http/server.ts';
import { identityRoutes } from './identity.ts';
import { notFound, Refusal, replyTo } from './refusal.ts';
import { actionRoutes } from './routes/action-routes.ts';
import { commitRoutes } from './routes/commit-routes.ts';
import { deploymentRoutes } from './routes/deployment-routes.ts';
import type { Deployment, GithubScenario, WorkflowRun, World } from './world.ts';

export interface GithubOptions {
  /** Default: a new one. */
  readonly token?: string;
  /** `owner/name`. Default `acme/shop`. */
  readonly repo?: string;
  readonly defaultBranch?: string;
  /** A repository on this machine: refs and comparisons are read from it. */
  readonly repository?: string;
  /** Files below `.github/workflows` that can be dispatched. Default `deploy.yml`. */
  readonly workflows?: readonly string[];
  readonly port?: number;
  readonly latencyMs?: number;
}

export interface GithubEmulator extends EmulatorServer {
  readonly token: string;
  readonly repo: string;
  /** What a job finds in ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN. */
  readonly identity: { readonly url: string; readonly token: string };
  readonly scenario: GithubScenario;
  readonly deployments: readonly Deployment[];
  readonly runs: readonly WorkflowRun[];
}

const HOURLY_LIMIT = 5_000;

export async function startGithubEmulator(options: GithubOptions = {}): Promise<GithubEmulator> {
  const world = createWorld(options);
  const requestToken = randomBytes(20).toString('hex');
  const repository = { ...deploymentRoutes(world), ...commitRoutes(world), ...actionRoutes(world) };
  const server = await startServer({
    routes: { ...guarded(world, repository), ...identityRoutes(world, requestToken) },
    port: options.port,
    latencyMs: options.latencyMs,
    unknown: () => replyTo(notFound()),
    failed: replyTo,
  });
  world.url = server.url;
  return Object.assign(server, {
    token: world.token,
    repo: `${world.owner}/${world.repo}`,
    identity: { url: `${server.url}/actions/id-token?api-version=2.0`, token: requestToken },
    scenario: world.scenario,
    deployments: world.deployments,
    runs: world.runs,
  });
}

function createWorld(options: GithubOptions): World {
  const [owner = '', repo = ''] = (options.repo ?? 'acme/shop').split('/');
  let last = 1_000;
  return {
    token: options.token ?? `ghs_${randomBytes(18).toString('hex')}`,
    owner,
    repo,
    defaultBranch: options.defaultBranch ?? 'main',
    url: '',
    startedAt: Date.now(),
    repository: options.repository ?? null,
    environment: { PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter) },
    workflows: options.workflows ?? ['deploy.yml'],
    deployments: [],
    environments: [],
    statuses: [],
    checkRuns: [],
    runs: [],
    scenario: {},
    nextId: () => (last += 1),
  };
}

/** Every route asks for the token and the repository first, and tells how many requests are left. */
function guarded(world: World, routes: Routes): Routes {
  let used = 0;
  const guard =
    (handler: Handler): Handler =>
    async (request) => {
      const shown = /^(?:Bearer|token) (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (shown !== world.token)
        throw new Refusal(401, shown === undefined ? 'Requires authentication' : 'Bad credentials');
      const { owner = '', repo = '' } = request.params;
      const known = `${owner}/${repo}`.toLowerCase() === `${world.owner}/${world.repo}`.toLowerCase();
      // The vendor does not tell a repository that one may not see from one that is not there.
      if (!known) throw notFound();
      used += 1;
      const reply = world.scenario.rateLimited ? limited() : await handler(request);
      return {
        ...reply,
        headers: { ...rateHeaders(world.scenario.rateLimited ? HOURLY_LIMIT : used), ...reply.headers },
      };
    };
  return Object.fromEntries(Object.entries(routes).map(([route, handler]) => [route, guard(handler)]));
}

const limited = (): EmulatorReply => replyTo(new Refusal(403, 'API rate limit exceeded for installation ID 1.'));

const rateHeaders = (used: number) => ({
  'x-github-api-version-selected': '2022-11-28',
  'x-ratelimit-limit': String(HOURLY_LIMIT),
  'x-ratelimit-remaining': String(Math.max(0, HOURLY_LIMIT - used)),
  'x-ratelimit-used': String(Math.min(used, HOURLY_LIMIT)),
  'x-ratelimit-reset': String(Math.ceil(Date.now() / 3_600_000) * 3_600),
});
