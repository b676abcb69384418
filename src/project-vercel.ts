/** From the configuration of a Vercel target to the target itself. Part of the composition root. */
import { join } from 'node:path';
import type { StrategyConfig, VercelConfig } from './config/config.ts';
import type { Runtime } from './core/runtime.ts';
import { folderArtefacts } from './stores/artefacts.ts';
import type { VercelFinding } from './targets/vercel/check.ts';
import type { VercelOptions } from './targets/vercel/options.ts';
import type { Target } from './targets/target.ts';

export { middlewareText } from './targets/vercel/middleware.ts';

export interface VercelPlace {
  /** The folder `.belay` of the project. */
  readonly state: string;
  readonly environment: string;
  readonly name: string;
  readonly runtime: Pick<Runtime, 'exec' | 'store'>;
  readonly strategy: StrategyConfig | undefined;
}

/** Its secrets are read here. @throws Problem SECRET_MISSING */
export function vercelOptions(config: VercelConfig, place: VercelPlace): VercelOptions {
  const { project, team, api, source, root, deploy, build, buildLimitMs, probe, regions, edgeConfig } = config;
  const { strategy } = place;
  return {
    name: place.name,
    project,
    ...(team === null ? {} : { team }),
    token: config.token.reveal(),
    api,
    source: source.kind === 'git' ? { repository: source.path } : { directory: source.path },
    ...(root === null ? {} : { root }),
    how: deploy,
    build,
    buildLimitMs,
    ...(config.bypass === null ? {} : { bypass: config.bypass.reveal() }),
    probe,
    ...(regions === null ? {} : { regions }),
    ...(strategy?.type === 'canary' ? { stages: strategy.settings.stages.map(({ share }) => share) } : {}),
    ...(edgeConfig === null ? {} : { edgeConfig }),
    home: join(place.state, 'vercel', place.environment, place.name),
    artefacts: place.runtime.store.artefacts ?? folderArtefacts(join(place.state, 'artefacts')),
    scope: `vercel/${place.environment}/${place.name}/`,
    exec: place.runtime.exec,
  };
}

/** For `belay doctor`. */
export async function checkVercelTarget(
  config: VercelConfig,
  place: VercelPlace,
  signal: AbortSignal,
): Promise<readonly VercelFinding[]> {
  const { checkVercel } = await import('./targets/vercel/check.ts');
  return checkVercel(vercelOptions(config, place), signal);
}

export async function createVercel(config: VercelConfig, place: VercelPlace): Promise<Target> {
  const { createVercelTarget } = await import('./targets/vercel/vercel.ts');
  return createVercelTarget(vercelOptions(config, place));
}
