/** Production's domains move: one assignment, seen by the next request. */
import type { Deployment, Project } from './model.ts';

/** Gives production's domains to a deployment, at once. */
export function makeLive(project: Project, deployment: Deployment): void {
  if (project.live !== deployment.id) project.promoted.push(deployment.id);
  project.live = deployment.id;
  deployment.readySubstate = 'PROMOTED';
  deployment.aliasAssigned = Date.now();
  project.updatedAt = Date.now();
}
