/** Follows a deployment on Vercel until it is ready, and tells its log meanwhile. */
import { Problem } from '../../core/errors.ts';
import type { TargetContext } from '../target.ts';
import type { Deployment } from './api-types.ts';
import { logLines } from './build-events.ts';
import { isUnderWay } from './own-deployments.ts';
import { patience } from './patience.ts';
import type { VercelSetup } from './setup.ts';

const KEPT_LINES = 15;
/** Ready, it gets names of its own; should Vercel never say that they are there, its url answers all the same. */
const NAMES_LIMIT_MS = 15_000;

/** Ends when the signal does. @throws Problem BUILD_FAILED, TARGET_FAILED, TARGET_UNREACHABLE, INTERRUPTED */
export async function followBuild(ctx: TargetContext, setup: VercelSetup, id: string): Promise<Deployment> {
  const log = createLog(ctx, setup, id);
  const pause = patience(ctx.signal, 'The build on Vercel');
  let readyAt: number | null = null;
  for (;;) {
    const deployment = await setup.api.deployment(id, ctx.signal);
    if (!deployment) throw gone(id);
    await log.tellNew();
    const failure = await failureOf(deployment, log);
    if (failure) throw failure;
    if (deployment.readyState === 'READY' && !checksRun(deployment)) {
      readyAt ??= performance.now();
      if (deployment.aliasAssigned || performance.now() - readyAt > NAMES_LIMIT_MS) return deployment;
    }
    await pause();
  }
}

const checksRun = ({ checksState }: Deployment): boolean => checksState === 'registered' || checksState === 'running';

function createLog({ signal, say }: TargetContext, { api }: VercelSetup, id: string) {
  const told = new Set<string>();
  const tail: string[] = [];
  let since = 0;
  return {
    tail,
    async tellNew() {
      const events = await api.events(id, since, signal);
      const fresh = events.filter((event, index) => {
        const name = event.payload?.id ?? `${event.created}:${index}`;
        if (told.has(name)) return false;
        told.add(name);
        return true;
      });
      since = Math.max(since, ...fresh.map(({ created }) => created));
      const lines = logLines(fresh);
      for (const line of lines) say(line);
      tail.push(...lines);
      tail.splice(0, Math.max(0, tail.length - KEPT_LINES));
    },
  };
}

async function failureOf(deployment: Deployment, log: ReturnType<typeof createLog>): Promise<Problem | null> {
  const { inspectorUrl } = deployment;
  const look = inspectorUrl ? `see ${inspectorUrl}` : 'see the deployment on Vercel';
  if (deployment.readyState === 'READY') return heldBack(deployment, look);
  if (isUnderWay(deployment)) return null;
  await log.tellNew();
  return notBuilt(deployment, look, [...log.tail]);
}

/** Built, and yet not to be used. */
function heldBack({ id, checks, checksConclusion, aliasError }: Deployment, look: string): Problem | null {
  const failed = Object.keys(checks ?? {}).filter((blocks) => checks?.[blocks]?.state === 'failed');
  if (checksConclusion === 'failed' || checksConclusion === 'canceled' || failed.length > 0) {
    const which = failed.length > 0 ? ` (${failed.join(', ')})` : '';
    const why = `${id} was built, and its checks ended as ${checksConclusion ?? 'failed'}${which}`;
    return new Problem('UNHEALTHY', 'The checks of the deployment on Vercel did not pass', { why, next: look });
  }
  if (!aliasError) return null;
  return new Problem('TARGET_FAILED', 'Vercel could not give the deployment its names', {
    why: `${aliasError.message} (${aliasError.code})`,
    next: look,
  });
}

function notBuilt(
  { id, readyState, errorMessage, errorStep }: Deployment,
  look: string,
  details: readonly string[],
): Problem {
  if (readyState.endsWith('ERROR')) {
    const why = `${errorMessage ?? 'Vercel gives no reason'}${errorStep ? ` (${errorStep})` : ''}`;
    const facts = { why, next: look, retry: 'after-change', details } as const;
    return new Problem('BUILD_FAILED', 'The build on Vercel failed', facts);
  }
  if (readyState === 'CANCELED') {
    const why = `somebody cancelled ${id}, or a newer build of the same branch took its place`;
    return new Problem('BUILD_FAILED', 'The build on Vercel was cancelled', { why, next: 'belay deploy', details });
  }
  return new Problem('BUILD_FAILED', `The build on Vercel is ${readyState}: it waits for a person`, {
    why: errorMessage ?? 'its author may have no seat in the team, or the account is held back',
    next: look,
    retry: 'after-change',
    details,
  });
}

function gone(id: string): Problem {
  return new Problem('TARGET_FAILED', `${id} is gone from Vercel`, {
    why: 'somebody deleted it while it was built',
    next: 'belay deploy',
    retry: 'later',
  });
}
