/** A rolling release as the vendor's API shows it. */
import type { RollingRelease } from './model.ts';
import { shortDeployment } from './show-deployment.ts';
import type { World } from './world.ts';

export function showRollingRelease(world: World, rolling: RollingRelease | null) {
  if (rolling === null) return { rollingRelease: null };
  const { currentDeploymentId, canaryDeploymentId, activeStage, stages, id: _own, ...rest } = rolling;
  const active = rolling.state === 'ACTIVE';
  return {
    rollingRelease: {
      ...rest,
      currentDeployment: shown(world, currentDeploymentId),
      canaryDeployment: shown(world, canaryDeploymentId),
      stages,
      activeStage: stages[activeStage] ?? null,
      nextStage: active ? (stages[activeStage + 1] ?? null) : null,
    },
  };
}

function shown(world: World, deploymentId: string) {
  const found = world.deployments.get(deploymentId);
  return found ? shortDeployment(found) : null;
}
