/** One look at a release: what Vercel says of it, and what it answers on its own url. */
import type { ReleaseRef } from '../../core/release.ts';
import { formatDuration } from '../../util/duration.ts';
import type { Probe, TargetContext } from '../target.ts';
import type { Deployment } from './api-types.ts';
import { lookAtRegions, regionsSentence } from './regions.ts';
import { urlOf, type VercelSetup } from './setup.ts';

const HEALTHY_BELOW = 400;
const FINAL = new Set(['ERROR', 'CANCELED', 'BLOCKED']);

export async function probeRelease(ctx: TargetContext, setup: VercelSetup, release: ReleaseRef): Promise<Probe> {
  const deployment = await setup.api.deployment(release.id, ctx.signal);
  if (!deployment) return { healthy: false, final: true, reason: `${release.id} is gone from Vercel` };
  const { readyState } = deployment;
  if (readyState !== 'READY') {
    const final = FINAL.has(readyState) ? { final: true } : {};
    return { healthy: false, reason: `Vercel says that it is ${readyState}`, ...final };
  }
  const elsewhere = missingRegions(deployment, setup.options.regions);
  if (elsewhere) return { healthy: false, final: true, reason: elsewhere };
  return askOnce(ctx, setup, urlOf(setup, deployment.url));
}

function missingRegions({ regions = [] }: Deployment, wanted: readonly string[] = []): string | null {
  const missing = wanted.filter((region) => !regions.includes(region));
  if (missing.length === 0) return null;
  return `it runs in ${regions.join(', ') || 'no region'}, and not in ${missing.join(', ')} as configured`;
}

async function askOnce(ctx: TargetContext, setup: VercelSetup, url: string): Promise<Probe> {
  const { path, limitMs } = setup.options.probe;
  const limit = AbortSignal.timeout(limitMs);
  const ask = () => visit(setup, `${url}${path}`, AbortSignal.any([ctx.signal, limit]));
  try {
    const answer = await ask();
    if (asksForLogin(answer)) return { healthy: false, url, final: true, reason: protection(setup.options.bypass) };
    if (answer.status >= HEALTHY_BELOW) {
      return { healthy: false, url, reason: `GET ${path} answered ${answer.status}, not 200 to 399` };
    }
    return await askRegions(ctx, setup, { url, answer, ask });
  } catch (error) {
    if (limit.aborted) {
      return { healthy: false, url, reason: `GET ${path} got no answer within ${formatDuration(limitMs)}` };
    }
    ctx.signal.throwIfAborted();
    const { cause } = error as { cause?: { code?: string; message?: string } };
    return { healthy: false, url, reason: `no answer from ${url}: ${cause?.code ?? cause?.message ?? 'network'}` };
  }
}

/** One request, as a person without a login would make it. @throws what `fetch` throws */
export async function visit({ options }: VercelSetup, url: string, signal: AbortSignal): Promise<Response> {
  const bypass: Record<string, string> =
    options.bypass === undefined ? {} : { 'x-vercel-protection-bypass': options.bypass };
  const headers = { 'user-agent': 'belay-probe', ...bypass };
  const answer = await fetch(url, { headers, redirect: 'manual', signal });
  await answer.body?.cancel();
  return answer;
}

interface Asked {
  readonly url: string;
  readonly answer: Response;
  readonly ask: () => Promise<Response>;
}

async function askRegions(ctx: TargetContext, { options }: VercelSetup, { url, answer, ask }: Asked): Promise<Probe> {
  const { regions, probe } = options;
  if (!regions) return { healthy: true, url };
  const look = await lookAtRegions(regions, answer, ask, (status) => status < HEALTHY_BELOW);
  if (look.bad) {
    const { region, status } = look.bad;
    return { healthy: false, url, reason: `GET ${probe.path} answered ${status} in ${region}, not 200 to 399` };
  }
  ctx.say(`GET ${probe.path} answered ${answer.status}: ${regionsSentence(look)}`);
  return { healthy: true, url };
}

/** Vercel's own page with 401, or a redirect to its login. An application that says 401 is not healthy either. */
export function asksForLogin({ status, headers }: Pick<Response, 'status' | 'headers'>): boolean {
  if (status === 401) return true;
  return status >= 300 && status < 400 && /^https:\/\/vercel\.com\/(sso|login)/.test(headers.get('location') ?? '');
}

function protection(bypass: string | undefined): string {
  return bypass === undefined
    ? 'a login is asked for (401): set `bypass` to the secret of the project (Protection Bypass for Automation)'
    : 'a login is asked for (401) although `bypass` is set: make a new secret in the settings of the project';
}
