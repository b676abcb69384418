/** What people should know about a project before a release is made, and before one is taken back. */
import type { Project } from './api-types.ts';

const cronsOf = ({ crons }: Project) => crons?.definitions ?? [];

export function stagingNotes(project: Project): readonly string[] {
  const crons = cronsOf(project);
  return [
    ...(crons.length === 0
      ? []
      : [
          `note: ${crons.length} cron ${crons.length === 1 ? 'job goes' : 'jobs go'} to the new release as soon as it is live`,
        ]),
    ...(project.skewProtectionMaxAge
      ? []
      : ['note: skew protection is off: pages that are open during the change ask the new release for old files']),
  ];
}

/** What instant rollback brings back, and what it does not. */
export function rollbackNotes(project: Project): readonly string[] {
  const crons = cronsOf(project);
  return [
    'comes back: code, static files, and the variables that were baked in when the release was built',
    'does not come back: variables as they are set in the project now; a redeploy takes those',
    ...(crons.length === 0 ? [] : ['comes back: its cron jobs, instead of those of the newer release']),
    ...(project.skewProtectionMaxAge
      ? ['skew protection: pages of the newer release that are open stay on it until they are loaded again']
      : []),
    'until the next promotion Vercel gives no build the domains by itself; Belay promotes, so its next deployment ends that',
  ];
}
