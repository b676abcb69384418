/** Rolling releases over HTTP. */
import { z } from 'zod';
import type { Routes } from '../../http/routes.ts';
import type { EmulatorRequest } from '../../http/request.ts';
import type { Project, RollingConfig } from '../model.ts';
import { Refusal } from '../refusal.ts';
import { approveStage, completeRolling, rollingAllowed, slotsOf, startRolling } from '../rolling-release.ts';
import { showRollingRelease } from '../show-rolling-release.ts';
import { deploymentIn, projectOf, type World } from '../world.ts';
import { readBody, versions } from './read-body.ts';

const Stage = z.object({
  targetPercentage: z.number().min(0).max(100),
  /** Minutes. */
  duration: z.number().min(1).max(10_000).optional(),
  requireApproval: z.boolean().optional(),
  linearShift: z.boolean().optional(),
});
const Config = z.object({
  enabled: z.boolean().optional(),
  advancementType: z.enum(['automatic', 'manual-approval']).optional(),
  stages: z.array(Stage).max(10).optional(),
  canaryResponseHeader: z.boolean().optional(),
});
const Canary = z.object({ canaryDeploymentId: z.string() });
const Approval = Canary.extend({ nextStageIndex: z.number().int(), activeStageIndex: z.number().int().optional() });

const BASE = '/v1/projects/:project/rolling-release';

export function rollingRoutes(world: World): Routes {
  const project = ({ params }: EmulatorRequest) => projectOf(world, params['project']);
  return {
    [`GET ${BASE}`]: (request) => {
      const { rolling } = project(request);
      const asked = request.query.get('state');
      return { json: showRollingRelease(world, asked === null || rolling?.state === asked ? rolling : null) };
    },
    [`GET ${BASE}/billing`]: (request) => {
      project(request);
      return { json: slotsOf(world) };
    },
    [`GET ${BASE}/config`]: (request) => ({ json: showConfig(project(request)) }),
    [`PATCH ${BASE}/config`]: async (request) => {
      const body = await readBody(request, Config);
      configure(world, project(request), body);
      return { json: showConfig(project(request)) };
    },
    [`DELETE ${BASE}/config`]: (request) => {
      project(request).rollingConfig = null;
      return { json: showConfig(project(request)) };
    },
    ...versions('POST', [BASE], '/start', async (request) => {
      const { canaryDeploymentId } = await readBody(request, Canary);
      const canary = deploymentIn(world, project(request), canaryDeploymentId);
      return { json: showRollingRelease(world, startRolling(world, project(request), canary)) };
    }),
    [`POST ${BASE}/approve-stage`]: async (request) => {
      const { nextStageIndex, canaryDeploymentId } = await readBody(request, Approval);
      return {
        json: showRollingRelease(world, approveStage(world, project(request), nextStageIndex, canaryDeploymentId)),
      };
    },
    [`POST ${BASE}/complete`]: async (request) => {
      const { canaryDeploymentId } = await readBody(request, Canary);
      return { json: showRollingRelease(world, completeRolling(world, project(request), canaryDeploymentId)) };
    },
  };
}

/** A release that is on its way keeps the stages with which it began. */
function configure(world: World, project: Project, { enabled = true, ...given }: z.infer<typeof Config>): void {
  if (!enabled) {
    project.rollingConfig = null;
    return;
  }
  if (!rollingAllowed(world, project)) {
    const { message, reason } = slotsOf(world);
    throw new Refusal(reason === 'plan_not_supported' ? 402 : 400, 'payment_required', message);
  }
  const stages = given.stages ?? project.rollingConfig?.stages.map((stage) => ({ ...stage })) ?? [];
  const rising = stages.every(
    ({ targetPercentage }, at) => at === 0 || targetPercentage > (stages[at - 1]?.targetPercentage ?? 0),
  );
  if (stages.length === 0 || !rising) throw new Refusal(400, 'bad_request', 'Invalid request: `stages` must rise.');
  project.rollingConfig = {
    advancementType: given.advancementType ?? project.rollingConfig?.advancementType ?? 'manual-approval',
    canaryResponseHeader: given.canaryResponseHeader ?? false,
    stages: stages.map(({ targetPercentage, duration, linearShift }) => ({
      targetPercentage,
      ...(duration === undefined ? {} : { duration }),
      ...(linearShift === undefined ? {} : { linearShift }),
    })),
  } satisfies RollingConfig;
}

function showConfig({ rollingConfig }: Project) {
  return { rollingRelease: rollingConfig === null ? null : { target: 'production', ...rollingConfig } };
}
