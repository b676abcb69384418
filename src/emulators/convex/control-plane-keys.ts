/** What the vendor's command line asks the control plane when it holds a deploy key. */
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { EmulatorRequest } from '../http/request.ts';
import type { Routes } from '../http/routes.ts';
import { newDeployment, type Plane, type PlaneDeployment, type Project } from './control-plane-state.ts';
import { Refusal } from './refusal.ts';

const KeyBody = z.object({ deployKey: z.string() });
const ClaimBody = z.object({
  projectSelection: z.object({ kind: z.string(), teamSlug: z.string(), projectSlug: z.string() }),
  identifier: z.string(),
  reuse: z.boolean().nullish(),
});

export function deployKeyRoutes(plane: Plane): Routes {
  const byKey = async (request: EmulatorRequest) =>
    deploymentOfKey(plane, KeyBody.parse(await request.json()).deployKey);
  return {
    'POST /api/deployment/url_for_key': async (request) => ({ json: (await byKey(request)).emulator.url }),
    'POST /api/deployment/team_and_project_for_key': async (request) => ({
      json: teamAndProject(plane, await byKey(request)),
    }),
    'GET /api/deployment/:name/team_and_project': ({ params }) => {
      const found = plane.deployments.get(params['name'] ?? '');
      if (!found) throw new Refusal(404, 'DeploymentNotFound', 'There is no such deployment.');
      return { json: teamAndProject(plane, found) };
    },
    'POST /api/claim_preview_deployment': (request) => claim(plane, request),
    'GET /api/dashboard/teams/:team/usage/team_usage_state': () => ({ json: { usageState: 'Default' } }),
    'GET /api/dashboard/teams/:team/get_spending_limits': () => ({
      json: { disableThresholdCents: null, state: null },
    }),
  };
}

function deploymentOfKey(plane: Plane, key: string): PlaneDeployment {
  const name = plane.keys.find((one) => one.key === key)?.deployment;
  const found = plane.deployments.get(name ?? '');
  if (!found) throw new Refusal(401, 'BadDeployKey', 'The provided deploy key is not valid.');
  return found;
}

function teamAndProject(plane: Plane, { project, reference, isDefault }: PlaneDeployment) {
  return {
    team: plane.team,
    project: project.slug,
    teamId: plane.teamId,
    projectId: project.id,
    reference,
    isDefault,
  };
}

/** A deployment of that name starts afresh, unless it is to be used again. */
async function claim(plane: Plane, request: EmulatorRequest) {
  const { identifier, reuse } = ClaimBody.parse(await request.json());
  const project = projectOfPreviewKey(plane, request.headers);
  const reference = `preview/${identifier}`;
  const known = [...plane.deployments.values()].find((one) => one.project === project && one.reference === reference);
  if (known && !reuse) {
    plane.deployments.delete(known.name);
    await known.emulator.close();
  }
  const kept = known && reuse ? known : null;
  const claimed = kept ?? (await newDeployment(plane, project, { type: 'preview', reference, isDefault: false }));
  return {
    json: {
      adminKey: claimed.emulator.adminKey,
      instanceUrl: claimed.emulator.url,
      deploymentName: claimed.name,
      reference,
      isNewDeployment: kept === null,
    },
  };
}

function projectOfPreviewKey(plane: Plane, headers: IncomingHttpHeaders): Project {
  const key = (headers.authorization ?? '').replace(/^Bearer /, '');
  const found = [...plane.projects.values()].find(({ previewKey }) => previewKey === key);
  if (!found) throw new Refusal(401, 'BadDeployKey', 'The provided preview deploy key is not valid.');
  return found;
}
