/** A project as the vendor's API shows it. */
import type { Deployment, EnvVariable, Project } from './model.ts';
import { aliasesOf, showDeployment } from './show-deployment.ts';
import type { World } from './world.ts';

/** GET /v9/projects/{id}. `rollbackInfo` is always in it: the command line asks for it by a query. */
export function showProject(world: World, project: Project) {
  const live = world.deployments.get(project.live ?? '');
  const latest = [...world.deployments.values()]
    .filter((one) => one.projectId === project.id)
    .toReversed()
    .slice(0, 10);
  const resources = { functionDefaultRegions: [...project.regions], fluid: true };
  return {
    ...project.settings,
    id: project.id,
    name: project.name,
    accountId: world.team.id,
    createdAt: project.createdAt,
    updatedAt: project.updatedAt,
    alias: live
      ? aliasesOf(world, live).map((domain) => ({
          domain,
          environment: 'production',
          target: 'PRODUCTION',
          configuredBy: 'CNAME',
        }))
      : [],
    buildCommand: project.build,
    crons: cronsOf(project, live?.id ?? null, live?.crons ?? []),
    customEnvironments: project.customEnvironments.map((one) => ({
      ...one,
      updatedAt: one.createdAt,
      type: 'preview',
    })),
    defaultResourceConfig: resources,
    deploymentExpiration: {},
    directoryListing: false,
    env: project.env.map((one) => showVariable(one, false)),
    lastAliasRequest: project.lastAliasRequest,
    lastRollbackTarget: project.heldByRollback ? {} : null,
    latestDeployments: latest.map((one) => summary(world, one)),
    live: false,
    nodeVersion: '22.x',
    passwordProtection: null,
    paused: project.paused,
    protectionBypass: project.protectionBypass,
    resourceConfig: resources,
    rollingRelease: project.rollingConfig === null ? null : { target: 'production', ...project.rollingConfig },
    serverlessFunctionRegion: project.regions[0] ?? null,
    targets: live ? { production: summary(world, live) } : {},
    ...(project.rollbackDescription === null ? {} : { rollbackDescription: project.rollbackDescription }),
  };
}

/** A deployment inside its project: an older form, with names of its own for some fields. */
function summary(world: World, deployment: Deployment) {
  const shown = showDeployment(world, deployment);
  return { ...shown, deploymentHostname: deployment.url, private: true, userId: world.user.uid };
}

/** They are the live deployment's: a rollback brings them back. */
function cronsOf(project: Project, deploymentId: string | null, crons: readonly { path: string; schedule: string }[]) {
  return {
    enabledAt: project.createdAt,
    disabledAt: null,
    updatedAt: project.updatedAt,
    deploymentId,
    definitions: crons.map((one) => ({ ...one, host: project.domain })),
  };
}

/** A sensitive value is never told; an encrypted one only where the request says `decrypt`. */
export function showVariable({ value, target, customEnvironmentIds, ...rest }: EnvVariable, decrypt: boolean) {
  const sealed = rest.type === 'encrypted' ? Buffer.from(`sealed:${value}`).toString('base64') : '';
  const told = rest.type === 'plain' || rest.type === 'system' || (decrypt && rest.type === 'encrypted');
  return {
    ...rest,
    value: told ? value : sealed,
    decrypted: told,
    target: [...target],
    customEnvironmentIds: [...customEnvironmentIds],
    configurationId: null,
    securityIssues: [],
  };
}
