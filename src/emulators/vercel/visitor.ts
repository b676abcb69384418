/** Which deployment a visitor of production gets: by the cookie of a rolling release, by skew protection, else the live one. */
import type { IncomingMessage } from 'node:http';
import type { Project } from './model.ts';
import type { World } from './world.ts';

/** Holds a visitor's place in 0..100: who once saw the canary sees it for as long as its share does not shrink. */
const COOKIE = '_vcrr';

export interface Chosen {
  readonly deploymentId: string;
  readonly cookie?: string;
}

/** Null: nothing is live. */
export function chooseForVisitor(world: World, project: Project, req: IncomingMessage): Chosen | null {
  const pinned = pinnedBySkewProtection(world, project, req);
  if (pinned) return { deploymentId: pinned };
  const { rolling, live } = project;
  if (live === null) return null;
  if (rolling?.state !== 'ACTIVE') return { deploymentId: live };
  const share = shareOf(project);
  const known = placeOf(req, share);
  const place = known ?? Math.random() * 100;
  const deploymentId = place < share ? rolling.canaryDeploymentId : rolling.currentDeploymentId;
  return known === null
    ? { deploymentId, cookie: `${COOKIE}=${place.toFixed(3)}; Path=/; HttpOnly` }
    : { deploymentId };
}

/** Percent of the visitors that a rolling release gives to the canary now. */
export function shareOf({ rolling }: Project): number {
  return rolling?.state === 'ACTIVE' ? (rolling.stages[rolling.activeStage]?.targetPercentage ?? 0) : 0;
}

function placeOf(req: IncomingMessage, share: number): number | null {
  const query = new URL(req.url ?? '/', 'http://door').searchParams;
  if (query.get('vcrrForceCanary') === 'true') return 0;
  if (query.get('vcrrForceStable') === 'true') return share;
  const value = new RegExp(`(?:^|;\\s*)${COOKIE}=([\\d.]+)`).exec(req.headers.cookie ?? '')?.[1];
  return value === undefined ? null : Number(value);
}

/** A page of an older deployment asks for what belongs to it. */
function pinnedBySkewProtection(world: World, project: Project, req: IncomingMessage): string | null {
  const maxAge = project.settings['skewProtectionMaxAge'];
  if (typeof maxAge !== 'number' || maxAge <= 0) return null;
  const asked = req.headers['x-deployment-id'] ?? new URL(req.url ?? '/', 'http://door').searchParams.get('dpl');
  const deployment = typeof asked === 'string' ? world.deployments.get(asked) : undefined;
  const young = deployment && deployment.createdAt + maxAge * 1_000 > Date.now();
  return young && deployment.projectId === project.id && deployment.readyState === 'READY' ? deployment.id : null;
}
