/** A canary by one of Vercel's rolling releases: its stages are the strategy's shares, and each waits for our approval. */
import { Problem } from '../../core/errors.ts';
import { formatShare } from '../../util/share.ts';
import type { TargetContext } from '../target.ts';
import { foreignRelease } from './activate.ts';
import type { RollingBilling, RollingRelease } from './api-types.ts';
import { patience, unlessLost } from './patience.ts';
import type { Production } from './production.ts';
import { putRollingConfig, stagesFor } from './rolling-config.ts';
import type { VercelSetup } from './setup.ts';

const LIMIT_MS = 60_000;

export interface Wanted {
  /** Deployment id. */
  readonly candidate: string;
  /** From 0 to 1, of the candidate. */
  readonly share: number;
}

/** @throws Problem TARGET_FAILED when the plan, another rolling release or the stages stand against it */
export async function splitByRollingRelease(
  ctx: TargetContext,
  setup: VercelSetup,
  before: Production,
  wanted: Wanted,
): Promise<void> {
  const { rolling } = before;
  if (rolling && rolling.canaryDeployment?.id !== wanted.candidate) {
    throw foreignRelease(rolling.currentDeployment?.id, rolling.canaryDeployment?.id);
  }
  await advance(ctx, setup, rolling ?? (await start(ctx, setup, before, wanted)), wanted);
}

async function start(
  ctx: TargetContext,
  setup: VercelSetup,
  { project }: Production,
  { candidate, share }: Wanted,
): Promise<RollingRelease> {
  const refused = objectionOf(await setup.api.rollingBilling(ctx.signal), project.id);
  if (refused) throw refused;
  await putRollingConfig(ctx, setup, project, stagesFor([...(setup.options.stages ?? []), share]));
  await unlessLost(setup.api.startRolling(candidate, ctx.signal));
  return activeRelease(ctx, setup, candidate, 0);
}

/** Stage by stage: Vercel lets none be left out, so those in between last for a moment. */
async function advance(ctx: TargetContext, setup: VercelSetup, rolling: RollingRelease, wanted: Wanted): Promise<void> {
  const percent = Math.round(wanted.share * 100);
  let now = rolling;
  while ((now.activeStage?.targetPercentage ?? 0) < percent) {
    const index = now.activeStage?.index ?? 0;
    const next = now.stages?.[index + 1];
    if (!next || next.isFinalStage) throw noStage(now, wanted.share);
    await unlessLost(setup.api.approveStage(index, wanted.candidate, ctx.signal));
    now = await activeRelease(ctx, setup, wanted.candidate, index + 1);
  }
  if (now.activeStage?.targetPercentage !== percent) throw noStage(now, wanted.share);
}

/** Once the release is active in this stage; a change shows a moment after it was answered. */
async function activeRelease(
  ctx: TargetContext,
  setup: VercelSetup,
  candidate: string,
  stage: number,
): Promise<RollingRelease> {
  const pause = patience(ctx.signal, 'The rolling release');
  const until = performance.now() + LIMIT_MS;
  for (;;) {
    const rolling = await setup.api.rolling(ctx.signal);
    if (rolling && rolling.canaryDeployment?.id !== candidate) {
      throw foreignRelease(rolling.currentDeployment?.id, rolling.canaryDeployment?.id);
    }
    if (rolling && (rolling.activeStage?.index ?? 0) >= stage) return rolling;
    if (performance.now() > until) {
      throw new Problem(
        'TIMEOUT',
        `The rolling release did not enter stage ${stage + 1} within ${LIMIT_MS / 1_000} s`,
        {
          why: rolling
            ? `Vercel shows stage ${(rolling.activeStage?.index ?? 0) + 1}`
            : 'Vercel shows none that is active',
          next: 'belay status',
          unknown: true,
        },
      );
    }
    await pause();
  }
}

function noStage({ stages = [] }: RollingRelease, share: number): Problem {
  const known = stages.map(({ targetPercentage }) => `${targetPercentage} %`).join(', ');
  return new Problem('TARGET_FAILED', `The rolling release has no stage of ${formatShare(share)} to go to`, {
    why: `its stages are ${known}; Vercel cannot change them while it is active, nor go back to an earlier one`,
    next: 'set strategy.steps to whole, rising percentages, then: belay deploy',
    retry: 'after-change',
  });
}

/** Why a rolling release cannot be used; null when it can. A project that has a slot keeps it. */
export function objectionOf(
  { reason, message, enabledProjects = [] }: RollingBilling,
  project: string,
): Problem | null {
  const hasSlot = enabledProjects.some((one) => (typeof one === 'string' ? one : one.id) === project);
  if (reason === 'available_slots' || reason === 'unlimited_slots' || hasSlot) return null;
  const supported = reason !== 'plan_not_supported';
  return new Problem('TARGET_FAILED', 'Vercel cannot share the traffic of this project between two releases', {
    why: message ?? (supported ? 'no slot for rolling releases is left' : 'the plan has no rolling releases'),
    next: supported
      ? 'turn rolling releases off in another project, or set `edgeConfig` (docs/targets/vercel.md)'
      : 'set `edgeConfig` for a canary by middleware (docs/targets/vercel.md), or: belay deploy --strategy blue-green',
    retry: 'after-change',
  });
}
