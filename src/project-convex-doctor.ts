/** What a Convex target needs, looked at before a deployment does: the key, what it opens, what is live there. */
import type { ConvexConfig } from './config/config.ts';
import { type ConvexPlace, convexSetup } from './project-convex.ts';
import { deploymentFacts } from './platforms/convex/deployment-facts.ts';
import { kindOfKey } from './platforms/convex/deployment.ts';
import { releaseOf } from './platforms/convex/push-request.ts';
import { readPush } from './targets/convex/kept-releases.ts';

export interface ConvexFinding {
  readonly what: string;
  readonly status: 'pass' | 'warn' | 'fail' | 'not-checked';
  readonly text: string;
  readonly fix: string | null;
}

/** Asks, and changes nothing. @throws Problem when nobody can be asked */
export async function checkConvexTarget(
  config: ConvexConfig,
  place: ConvexPlace,
  signal: AbortSignal,
): Promise<readonly ConvexFinding[]> {
  const setup = convexSetup(config, place, {});
  const client = await setup.client();
  const version = await client.version(signal);
  const modules = await client.modules(signal);
  const live = releaseOf(modules);
  const facts = await deploymentFacts(client, signal).catch(() => null);
  const type = facts?.deploymentType ?? (facts?.kind === 'selfHosted' ? 'self-hosted' : null);
  return [
    found('deployment', 'pass', `${new URL(client.url).host} answers (${version.trim().slice(0, 40)})`),
    type === null
      ? found('kind', 'not-checked', 'it does not tell whether it is production')
      : found('kind', 'pass', `${type}${facts?.reference ? ` · ${facts.reference}` : ''}`),
    ...keyFinding(config, place.environment),
    await liveFinding(live, async (id) => (await readPush(setup, id)) !== null),
    scratchFinding(config),
  ];
}

function found(what: string, status: ConvexFinding['status'], text: string, fix: string | null = null): ConvexFinding {
  return { what, status, text, fix };
}

function keyFinding({ access }: ConvexConfig, environment: string): readonly ConvexFinding[] {
  if (access.kind !== 'cloud') return [];
  const kind = kindOfKey(access.deployKey.reveal());
  const odd = environment === 'production' && kind !== 'production';
  return [
    odd
      ? found('key', 'warn', `production is deployed with a ${kind} key`, 'look at the secret of deployKey')
      : found('key', 'pass', `a ${kind} key, and it opens the deployment`),
  ];
}

async function liveFinding(live: string | null, isKept: (id: string) => Promise<boolean>): Promise<ConvexFinding> {
  if (live === null) return found('live', 'pass', 'nothing is deployed yet');
  if (live.startsWith('unmanaged-')) {
    return found('live', 'warn', `${live}: what is live was not put there by Belay`, 'belay deploy --accept-drift');
  }
  if (await isKept(live)) return found('live', 'pass', `${live}, kept to come back to`);
  return found('live', 'warn', `${live}, which is not kept in this store: there is no way back to it`, 'belay deploy');
}

function scratchFinding({ data, access }: ConvexConfig): ConvexFinding {
  if (!data) return found('data', 'warn', 'documents are not snapshotted: data is false', null);
  const { scratch } = data;
  if (!scratch) return found('data', 'pass', 'snapshots are read back; data.scratch would restore them for a test');
  const same = access.kind === 'self-hosted' && scratch.kind === 'self-hosted' && access.url === scratch.url;
  return same
    ? found(
        'data',
        'fail',
        'data.scratch is this very deployment: a test would overwrite it',
        'name another deployment',
      )
    : found('data', 'pass', 'snapshots are restored to the scratch deployment for a test');
}
