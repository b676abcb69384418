/** One more environment with platforms of its own, made where keys allow. Part of the composition root. */
import { dirname } from 'node:path';
import { addEnvironment } from './config/add-environment.ts';
import { anotherEnvironment } from './config/another-environment.ts';
import type { Config, EnvironmentConfig, VercelConfig } from './config/config.ts';
import type { Environment as Surroundings } from './config/environment.ts';
import { loadConfig } from './config/load.ts';
import { Problem } from './core/errors.ts';
import { type AskValue, byHand, type MadeTarget } from './environments/create/made-target.ts';
import { ownProject } from './environments/create/own-project.ts';
import { makeBackend } from './project-environment-backend.ts';
import { targetsOf, vercelProjects } from './project-environments.ts';
import { createRedactor } from './util/redact.ts';

export type { MadeTarget };

export interface CreateRequest {
  readonly cwd: string;
  readonly env: Surroundings;
  readonly file?: string;
  readonly name: string;
  readonly from: string;
  /** Name of the variable that holds a Convex team token; null: nothing is created there. */
  readonly convexTokenEnv: string | null;
  /** Id of the Convex project; null: that of the environment that it is like. */
  readonly convexProject: number | null;
  readonly convexUrl: string | null;
  /** Whether projects are created on Vercel, with the key of the environment that it is like. */
  readonly vercel: boolean;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly ask: AskValue;
}

export interface CreatedEnvironment {
  readonly environment: string;
  readonly from: string;
  readonly file: string;
  readonly config: { readonly written: boolean; readonly text: string };
  readonly targets: readonly MadeTarget[];
}

/** @throws Problem USAGE, CONFIG_INVALID, SECRET_MISSING, TARGET_UNREACHABLE, TARGET_FAILED */
export async function createEnvironment(request: CreateRequest): Promise<CreatedEnvironment> {
  const redactor = createRedactor();
  const options = { cwd: request.cwd, env: request.env, redactor, ...(request.file ? { file: request.file } : {}) };
  const { config, file } = await loadConfig(options);
  const from = requireBoth(config, request);
  const projects = projectNames(config, from, request.name);
  // Judged before anything is made anywhere, and written when all of it is there.
  const node = anotherEnvironment(from, { ...request, vercelProjects: projects });
  const addition = await addEnvironment({ ...options, file }, request.name, node);
  const home = dirname(file);
  const targets: MadeTarget[] = [];
  for (const [target, one] of targetsOf(from, 'convex')) {
    targets.push(await makeBackend({ ...request, home }, target, one));
  }
  const backendUrl = targets.find(({ url }) => url !== null)?.url ?? request.convexUrl;
  for (const [target, one] of targetsOf(from, 'vercel')) {
    targets.push(await makeSite({ ...request, backendUrl }, target, one, projects[target] ?? ''));
  }
  addition.write();
  const { written, text } = addition;
  return { environment: request.name, from: from.name, file, config: { written, text }, targets };
}

function requireBoth({ environments }: Config, { name, from }: CreateRequest): EnvironmentConfig {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) {
    throw new Problem('USAGE', `"${name}" is no name for an environment`, {
      why: 'expected small letters, digits and dashes',
      next: 'belay env create staging',
    });
  }
  if (Object.hasOwn(environments, name)) {
    throw new Problem('USAGE', `There is an environment ${name} already`, { next: `belay env diff ${name} ${from}` });
  }
  const found = environments[from];
  if (found) return found;
  const [first = 'NAME'] = Object.keys(environments);
  throw new Problem('ENVIRONMENT_UNKNOWN', `There is no environment ${from}`, {
    why: `the configuration has ${Object.keys(environments).join(', ')}`,
    next: `belay env create ${name} --from ${first}`,
  });
}

/** An id says nothing to people, and cannot be chosen. */
function projectNames({ app }: Config, from: EnvironmentConfig, name: string): Readonly<Record<string, string>> {
  const all = targetsOf(from, 'vercel').map(([target, { project }]) => {
    const base = project.startsWith('prj_') ? `${app}-${target}` : project;
    return [target, `${base}-${name}`] as const;
  });
  return Object.fromEntries(all);
}

type Site = CreateRequest & { readonly backendUrl: string | null };

async function makeSite(request: Site, target: string, like: VercelConfig, name: string): Promise<MadeTarget> {
  const { from, say } = request;
  if (!request.vercel || !like.token.available()) return byHand('vercel', target, [], steps(request, name, like));
  const made = await ownProject(vercelProjects(like), { ...request, target, like: like.project, name });
  say(`${target}: project ${name} ${made.state}`);
  return { ...made, todo: like.bypass ? [`make a protection bypass in ${name}, as that of ${from} has one`] : [] };
}

function steps({ from }: CreateRequest, name: string, { team, token }: VercelConfig): readonly string[] {
  const place = team === null ? '' : ` → team ${team}`;
  return [
    ...(token.available() ? [] : [`with ${token.name} set, the project would be created from here`]),
    `https://vercel.com/new${place} → import the repository → Project Name: ${name} → Deploy`,
    `its Settings → Environment Variables: the names that the project of ${from} has, with values for this one`,
  ];
}
