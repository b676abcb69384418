/** What the deployment is, its variables, its pause switch and its audit log, over HTTP. */
import { z } from 'zod';
import type { EmulatorReply } from '../http/request.ts';
import type { Handler, Routes } from '../http/routes.ts';
import { demandKey, shownKey } from './access.ts';
import { auditPage, recordAudit } from './audit-log.ts';
import type { Deployment } from './deployment.ts';
import { badRequest } from './refusal.ts';

const VERSION = 'unknown';
const Changes = z.object({ changes: z.array(z.object({ name: z.string(), value: z.string().nullish() })) });

export function adminRoutes(deployment: Deployment): Routes {
  const admin =
    (answer: Handler): Handler =>
    (request) => {
      demandKey(deployment, shownKey(request.headers));
      return answer(request);
    };
  const update = admin(async (request) => updateVariables(deployment, await request.json()));
  const urls = admin(() => ({ json: { convexCloudUrl: deployment.url, convexSiteUrl: `${deployment.url}/http` } }));
  return {
    'GET /': () => ({ text: 'This Convex deployment is running. See https://docs.convex.dev/.' }),
    'GET /version': () => ({ text: VERSION }),
    'GET /instance_version': () => ({ text: VERSION }),
    'GET /instance_name': () => ({ text: deployment.info.name }),
    'GET /api/check_admin_key': admin(() => ({ json: { success: true } })),
    'POST /api/update_environment_variables': update,
    'POST /api/v1/update_environment_variables': update,
    'GET /api/v1/list_environment_variables': admin(() => ({
      json: { environmentVariables: { ...deployment.environment } },
    })),
    'GET /api/v1/get_canonical_urls': urls,
    'GET /api/v1/deployment_info': admin(() => ({ json: infoOf(deployment) })),
    'GET /api/v1/list_audit_log_events': admin(({ query }) => ({ json: auditPage(deployment, query) })),
    'POST /api/v1/pause_deployment': admin(() => pause(deployment, true)),
    'POST /api/v1/unpause_deployment': admin(() => pause(deployment, false)),
  };
}

function infoOf({ info }: Deployment) {
  if (!info.cloud) return { kind: 'selfHosted' };
  const { name, deploymentType, reference, cloud } = info;
  return { kind: 'cloud', name, deploymentType, reference, isDefault: deploymentType === 'prod', ...cloud };
}

function updateVariables(deployment: Deployment, body: unknown): EmulatorReply {
  const { changes } = Changes.parse(body);
  const bad = changes.find(({ name }) => !/^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(name));
  if (bad) throw badRequest('InvalidEnvVarName', `Environment variable name "${bad.name}" is invalid.`);
  for (const { name, value } of changes) {
    if (value === null || value === undefined) delete deployment.environment[name];
    else deployment.environment[name] = value;
  }
  recordAudit(deployment, 'update_environment_variables', { names: changes.map(({ name }) => name) });
  deployment.changed();
  return {};
}

function pause(deployment: Deployment, paused: boolean): EmulatorReply {
  deployment.paused = paused;
  recordAudit(deployment, paused ? 'pause_deployment' : 'unpause_deployment');
  deployment.changed();
  return {};
}
