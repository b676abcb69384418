/** A deployment as the vendor's API shows it: alone, in a list, and inside a rolling release. */
import type { Deployment, Project } from './model.ts';
import type { World } from './world.ts';

/** GET /v13/deployments/{id}. */
export function showDeployment(world: World, deployment: Deployment) {
  const project = world.projects.get(deployment.projectId);
  const aliases = aliasesOf(world, deployment);
  return {
    ...shortDeployment(deployment),
    ...failureOf(deployment),
    ...checksOf(deployment),
    alias: aliases,
    aliasAssigned: deployment.aliasAssigned !== null,
    aliasAssignedAt: deployment.aliasAssigned,
    aliasError: deployment.aliasError,
    automaticAliases: [],
    autoAssignCustomDomains: deployment.autoAssign,
    bootedAt: deployment.createdAt,
    build: { env: Object.keys(deployment.env) },
    buildSkipped: false,
    buildingAt: deployment.buildingAt,
    createdIn: 'iad1',
    creator: world.user,
    crons: deployment.crons,
    env: Object.keys(deployment.env),
    inspectorUrl: `https://vercel.example/${world.team.slug}/${deployment.name}/${deployment.id.slice(4)}`,
    isInConcurrentBuildsQueue: false,
    isInSystemBuildsQueue: false,
    meta: deployment.meta,
    ownerId: world.team.id,
    plan: world.plan,
    project: { id: deployment.projectId, name: project?.name ?? deployment.name, framework: null },
    projectId: deployment.projectId,
    projectSettings: { framework: null, buildCommand: project?.build ?? null },
    public: false,
    regions: [...deployment.regions],
    routes: null,
    status: deployment.readyState,
    team: { id: world.team.id, name: world.team.name, slug: world.team.slug },
    type: 'LAMBDAS' as const,
    version: 2,
    ...(deployment.gitSource === null ? {} : { gitSource: deployment.gitSource }),
    ...(deployment.ready === null ? {} : { ready: deployment.ready }),
    ...(deployment.canceledAt === null ? {} : { canceledAt: deployment.canceledAt }),
  };
}

/** A row of GET /v6/deployments. */
export function listedDeployment(world: World, deployment: Deployment, isRollbackCandidate: boolean) {
  const {
    aliasAssigned,
    aliasError,
    createdAt,
    id,
    inspectorUrl,
    meta,
    name,
    projectId,
    readyState,
    readySubstate,
    target,
    url,
  } = {
    ...showDeployment(world, deployment),
    aliasAssigned: deployment.aliasAssigned,
  };
  return {
    uid: id,
    name,
    projectId,
    url,
    created: createdAt,
    createdAt,
    source: deployment.source,
    state: readyState,
    readyState,
    ...(readySubstate === undefined ? {} : { readySubstate }),
    type: 'LAMBDAS' as const,
    creator: world.user,
    inspectorUrl,
    meta,
    target,
    aliasAssigned,
    aliasError,
    isRollbackCandidate,
    ...(deployment.ready === null ? {} : { ready: deployment.ready, buildingAt: deployment.buildingAt }),
  };
}

/** What a rolling release and a project's targets say of it. */
export function shortDeployment({
  id,
  name,
  url,
  target,
  source,
  createdAt,
  readyState,
  ready,
  readySubstate,
}: Deployment) {
  return {
    id,
    name,
    url,
    target,
    source,
    createdAt,
    readyState,
    readyStateAt: ready ?? createdAt,
    ...(readySubstate === null ? {} : { readySubstate }),
  };
}

function failureOf({ error }: Deployment) {
  return error === null ? {} : { errorCode: error.code, errorMessage: error.message, errorStep: error.step };
}

function checksOf({ checksState, checksConclusion }: Deployment) {
  return {
    ...(checksState === null ? {} : { checksState }),
    ...(checksConclusion === null ? {} : { checksConclusion }),
  };
}

/** Its names now, production's first. */
export function aliasesOf(world: World, deployment: Deployment): string[] {
  const project: Project | undefined = world.projects.get(deployment.projectId);
  const own = project?.live === deployment.id ? [project.domain] : [];
  const named = [...world.aliases.values()].filter(({ deploymentId }) => deploymentId === deployment.id);
  return [...own, ...named.map(({ alias }) => alias)];
}
