/** What a new environment says for itself: everything else it takes over from the one that it is like. */
import { Problem } from '../core/errors.ts';
import type { WrittenNode } from './add-environment.ts';
import type { ConvexConfig, EnvironmentConfig, LocalConfig, TargetConfig, VercelConfig } from './config.ts';

export interface Choices {
  readonly name: string;
  /** Address of a self-hosted Convex deployment of its own. */
  readonly convexUrl: string | null;
  /** Name of its own Vercel project, by target. */
  readonly vercelProjects: Readonly<Record<string, string>>;
}

export const secretName = (base: string, environment: string): string =>
  `${base}_${environment.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`;

/** Relative to the configuration; `.belay` is not committed. */
export const secretFile = (environment: string, target: string): string => `.belay/secrets/${environment}-${target}`;

/** @throws Problem USAGE where a target would be shared */
export function anotherEnvironment(from: EnvironmentConfig, choices: Choices): WrittenNode {
  const targets = Object.entries(from.targets).map(([name, target]) => [name, ownPart(name, target, from, choices)]);
  return { extends: from.name, targets: Object.fromEntries(targets) as WrittenNode };
}

function ownPart(name: string, target: TargetConfig, from: EnvironmentConfig, choices: Choices): WrittenNode {
  if (target.type === 'convex') return convexPart(name, target, choices);
  if (target.type === 'vercel') return vercelPart(name, target, choices);
  if (target.type === 'local') return localPart(name, target, from);
  if (target.type === 'noop') return {};
  throw new Problem(
    'USAGE',
    `${name} of ${from.name} is a target of your own, so nobody can tell what of it is shared`,
    {
      next: 'write the environment into the configuration by hand',
    },
  );
}

function convexPart(target: string, { access }: ConvexConfig, { name, convexUrl }: Choices): WrittenNode {
  const file = secretFile(name, target);
  if (access.kind === 'cloud' && convexUrl === null)
    return { deployKey: { secret: secretName(access.deployKey.name, name), file } };
  if (convexUrl === null) {
    throw new Problem('USAGE', `${target} is self-hosted, and needs a deployment of its own`, {
      why: 'nobody can create that from here',
      next: `start one, then: belay env create ${name} --convex-url https://…`,
    });
  }
  const base = access.kind === 'self-hosted' ? (access.adminKey?.name ?? 'CONVEX_ADMIN_KEY') : 'CONVEX_ADMIN_KEY';
  const own = { url: convexUrl, adminKey: { secret: secretName(base, name), file } };
  return access.kind === 'cloud' ? { deployKey: null, ...own } : own;
}

function vercelPart(target: string, { project, bypass, edgeConfig }: VercelConfig, choices: Choices): WrittenNode {
  const own = choices.vercelProjects[target] ?? `${project}-${choices.name}`;
  return {
    project: own,
    ...(bypass ? { bypass: { secret: secretName(bypass.name, choices.name) } } : {}),
    // Of production's visitors: a canary here must not move them.
    ...(edgeConfig ? { edgeConfig: null } : {}),
  };
}

function localPart(target: string, { data, port }: LocalConfig, from: EnvironmentConfig): WrittenNode {
  if (!data) return { port: port + 1 };
  throw new Problem(
    'USAGE',
    `${target} of ${from.name} protects data on this machine, which two environments cannot share`,
    {
      why: `its ${data.type} would be that of ${from.name}`,
      next: 'write the environment into the configuration by hand, with data of its own',
    },
  );
}
