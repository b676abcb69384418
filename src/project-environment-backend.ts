/** The Convex half of a new environment: created with a team token, or by hand. Part of the composition root. */
import { join } from 'node:path';
import { secretFile, secretName } from './config/another-environment.ts';
import type { ConvexConfig } from './config/config.ts';
import { describeError, isProblem, Problem } from './core/errors.ts';
import { askAll, byHand, type MadeTarget, states } from './environments/create/made-target.ts';
import { ownDeployment, readKey } from './environments/create/own-deployment.ts';
import { createConvexClient } from './platforms/convex/client.ts';
import { deploymentFacts, listVariables, setVariables } from './platforms/convex/deployment-facts.ts';
import { createManagement } from './platforms/convex/management.ts';
import { convexClient } from './project-convex.ts';
import type { CreateRequest } from './project-environment-create.ts';

/** `home`: folder of the configuration. @throws Problem SECRET_MISSING, TARGET_UNREACHABLE, TARGET_FAILED */
export async function makeBackend(
  request: CreateRequest & { readonly home: string },
  target: string,
  like: ConvexConfig,
): Promise<MadeTarget> {
  const { name, from, signal, say, convexTokenEnv, convexUrl } = request;
  const token = convexTokenEnv === null ? null : teamToken(request, convexTokenEnv);
  const names = await knownNames(request, `${target} of ${from}`, like);
  if (token === null || like.access.kind !== 'cloud' || convexUrl !== null)
    return byHand('convex', target, names, steps(request, target, like));
  const { provision, deployKey } = like.access;
  const keyFile = secretFile(name, target);
  const projectId = request.convexProject ?? (await projectIdOf(like, request));
  const place = join(request.home, keyFile);
  const made = await ownDeployment(createManagement({ token, provision }), projectId, name, place, signal);
  say(`${target}: deployment ${made.name} ${made.created ? 'created' : 'found'}`);
  const client = createConvexClient({ url: made.url, adminKey: (await readKey(place)) ?? '' });
  const there = new Set(Object.keys(await listVariables(client, signal)));
  const values = await askAll(
    request.ask,
    `${target} (Convex)`,
    names.filter((one) => !there.has(one)),
  );
  await setVariables(client, values, signal);
  const variables = states(names, { ...values, ...Object.fromEntries([...there].map((one) => [one, ''])) });
  const todo = [`in CI: set ${secretName(deployKey.name, name)} to what ${keyFile} holds`];
  const state = made.created ? 'created' : 'found';
  return { target, type: 'convex', state, name: made.name, url: made.url, variables, todo };
}

function teamToken({ env }: CreateRequest, name: string): string {
  const token = env.variable(name);
  if (token) return token;
  throw new Problem('SECRET_MISSING', `secret ${name} not set`, {
    why: '--convex-token-env names it',
    next: `set ${name} to a team token of Convex, or leave the option out`,
    retry: 'after-change',
  });
}

async function projectIdOf(like: ConvexConfig, { from, signal }: CreateRequest): Promise<number> {
  const { projectId } = await deploymentFacts(await convexClient(like.access)(), signal);
  if (projectId !== undefined) return projectId;
  throw new Problem('TARGET_FAILED', `The deployment of ${from} does not say which project it belongs to`, {
    next: 'add --convex-project ID',
  });
}

/** Without a key nobody knows them: that is said, and no reason to stop. */
async function knownNames(
  { say, signal }: CreateRequest,
  where: string,
  like: ConvexConfig,
): Promise<readonly string[]> {
  try {
    return Object.keys(await listVariables(await convexClient(like.access)(), signal)).sort();
  } catch (error) {
    if (!isProblem(error)) throw error;
    say(`the variables of ${where} are not known: ${describeError(error)}`);
    return [];
  }
}

function steps({ name, convexUrl }: CreateRequest, target: string, { access }: ConvexConfig): readonly string[] {
  const file = secretFile(name, target);
  if (access.kind === 'self-hosted' || convexUrl !== null) {
    const base = access.kind === 'self-hosted' ? (access.adminKey?.name ?? 'CONVEX_ADMIN_KEY') : 'CONVEX_ADMIN_KEY';
    return [`set ${secretName(base, name)} to the admin key of ${convexUrl ?? 'it'}, or write the key to ${file}`];
  }
  return [
    `https://dashboard.convex.dev → the project → its list of deployments → create one, with the reference ${name}`,
    'in it: Settings → Deploy Keys → generate one',
    `set ${secretName(access.deployKey.name, name)} to the key, or write the key to ${file}`,
  ];
}
