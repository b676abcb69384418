/** What would make a deployment to Vercel fail, looked for before it does. Changes nothing. */
import { isProblem } from '../../core/errors.ts';
import type { Deployment, Project } from './api-types.ts';
import type { VercelOptions } from './options.ts';
import { asksForLogin, visit } from './probe.ts';
import { lookAtRegions as lookAtAll, regionsSentence } from './regions.ts';
import { objectionOf } from './rolling-split.ts';
import { createSetup, urlOf, type VercelSetup } from './setup.ts';

export interface VercelFinding {
  readonly what: string;
  readonly status: 'pass' | 'warn' | 'fail' | 'not-checked';
  readonly text: string;
  /** What to do about it. */
  readonly fix: string | null;
}

type Look = (setup: VercelSetup, project: Project, signal: AbortSignal) => Promise<VercelFinding>;

/** Key and project first: without them nothing else can be looked at. */
export async function checkVercel(options: VercelOptions, signal: AbortSignal): Promise<readonly VercelFinding[]> {
  const setup = createSetup(options);
  const what = 'project';
  try {
    const project = await setup.api.project(signal);
    const live = project.targets?.production?.id ?? 'nothing';
    const found: VercelFinding = project.paused
      ? {
          what,
          status: 'warn',
          text: `${project.name} is paused: it serves nothing until the next deployment`,
          fix: null,
        }
      : { what, status: 'pass', text: `${project.name} is found by the key; ${live} is live`, fix: null };
    return [found, ...(await Promise.all(LOOKS.map((look) => safely(look, setup, project, signal))))];
  } catch (error) {
    if (!isProblem(error)) throw error;
    return [{ what, status: 'fail', text: `${error.message} · ${error.why ?? ''}`, fix: error.next ?? null }];
  }
}

async function safely(look: Look, ...given: Parameters<Look>): Promise<VercelFinding> {
  try {
    return await look(...given);
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { what: 'api', status: 'fail', text: `${error.message} · ${error.why ?? ''}`, fix: error.next ?? null };
  }
}

const lookAtCanary: Look = async (setup, project, signal) => {
  const what = 'canary';
  if (setup.options.edgeConfig) {
    const { id, key } = setup.options.edgeConfig;
    await setup.api.edgeConfig(id, signal);
    const text = `by ${key} of ${id}; whether the live release has the middleware that reads it cannot be seen from here`;
    return { what, status: 'pass', text, fix: null };
  }
  const refused = objectionOf(await setup.api.rollingBilling(signal), project.id);
  if (!refused) return { what, status: 'pass', text: 'rolling releases can be used', fix: null };
  // Only who wants a canary misses it.
  const status = setup.options.stages ? 'fail' : 'not-checked';
  return { what, status, text: refused.why ?? refused.message, fix: refused.next ?? null };
};

/** One request to the live deployment's own url, as a probe makes it. */
const lookAtProtection: Look = async (setup, project, signal) => {
  const what = 'protection';
  const live = project.targets?.production;
  if (!live) return { what, status: 'not-checked', text: 'nothing is live that could be asked', fix: null };
  const { bypass } = setup.options;
  const answer = await visit(setup, urlOf(setup, live.url), signal).catch(() => null);
  if (!answer) return { what, status: 'warn', text: `${live.url} gives no answer`, fix: null };
  if (!asksForLogin(answer))
    return { what, status: 'pass', text: 'deployments can be asked on their own url', fix: null };
  return {
    what,
    status: 'fail',
    text:
      bypass === undefined
        ? 'deployments ask for a login, so none can be checked'
        : 'the secret in `bypass` is refused',
    fix: 'set `bypass` to the Protection Bypass for Automation of the project',
  };
};

const lookAtSkew: Look = async (_setup, project) => {
  const what = 'skew protection';
  if (project.skewProtectionMaxAge) return { what, status: 'pass', text: 'is on', fix: null };
  return {
    what,
    status: 'warn',
    text: 'is off: pages that are open during a deployment ask the new release for old files',
    fix: 'turn it on in the settings of the project (Pro plan)',
  };
};

const lookAtRegions: Look = async (setup, project, signal) => {
  const what = 'regions';
  const { regions } = setup.options;
  const live = project.targets?.production;
  if (!regions || !live)
    return { what, status: 'not-checked', text: regions ? 'nothing is live' : 'none are configured', fix: null };
  const now: Deployment | null = await setup.api.deployment(live.id, signal);
  const elsewhere = regions.filter((region) => !now?.regions?.includes(region));
  if (elsewhere.length > 0) {
    return {
      what,
      status: 'warn',
      text: `the live release does not run in ${elsewhere.join(', ')}`,
      fix: 'belay deploy',
    };
  }
  const ask = () => visit(setup, `${urlOf(setup, live.url)}${setup.options.probe.path}`, signal);
  const look = await ask()
    .then((first) => lookAtAll(regions, first, ask, (status) => status < 500))
    .catch(() => null);
  if (!look) return { what, status: 'not-checked', text: `${live.url} gives no answer`, fix: null };
  if (look.bad)
    return { what, status: 'fail', text: `${look.bad.region} answers ${look.bad.status}`, fix: 'belay check' };
  const status = look.untold.length === 0 ? 'pass' : 'not-checked';
  return { what, status, text: regionsSentence(look), fix: null };
};

const LOOKS: readonly Look[] = [lookAtCanary, lookAtProtection, lookAtSkew, lookAtRegions];
