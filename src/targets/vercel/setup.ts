/** What every part of the target works with. */
import type { ReleaseRef } from '../../core/release.ts';
import { createApi, type VercelApi } from './api.ts';
import type { DeploymentBrief } from './api-types.ts';
import type { RecentLooks } from './recent-look.ts';
import type { VercelOptions } from './options.ts';

export interface VercelSetup {
  readonly options: VercelOptions;
  readonly api: VercelApi;
  readonly recent: RecentLooks;
}

export function createSetup(options: VercelOptions): VercelSetup {
  return { options, api: createApi(options), recent: {} };
}

/** Names under which a deployment says whose it is. */
export const META = { deployment: 'belayDeployment', commit: 'belayCommit', manifest: 'belayManifest' } as const;

/** An emulator's deployments answer where it does, without encryption. */
export function urlOf({ options }: VercelSetup, host: string): string {
  return `${options.api.startsWith('http://') ? 'http' : 'https'}://${host}`;
}

export function refOf(setup: VercelSetup, { id, url, meta }: Pick<DeploymentBrief, 'id' | 'url' | 'meta'>): ReleaseRef {
  const commit = meta?.[META.commit] ?? meta?.['githubCommitSha'];
  return { id, url: urlOf(setup, url), ...(commit === undefined ? {} : { commit }) };
}
