/** The stages of a rolling release are a setting of the project: ours go in for one canary, and the project's own come back. */
import type { TargetContext } from '../target.ts';
import type { Project, RollingConfig } from './api-types.ts';
import type { VercelSetup } from './setup.ts';

const nameOf = ({ options }: VercelSetup): string => `${options.scope}rolling-config`;

/** Manual approval: nothing but Belay moves the shares. */
export function stagesFor(shares: readonly number[]): RollingConfig {
  const percent = shares.map((share) => Math.round(share * 100)).filter((value) => value > 0 && value < 100);
  const stages = [...new Set(percent)].sort((a, b) => a - b);
  return {
    advancementType: 'manual-approval',
    stages: [...stages, 100].map((targetPercentage) => ({ targetPercentage })),
  };
}

export async function putRollingConfig(
  ctx: TargetContext,
  setup: VercelSetup,
  { rollingRelease }: Project,
  config: RollingConfig,
): Promise<void> {
  const { artefacts } = setup.options;
  // A canary that was cut off before has kept the project's own already.
  if (!(await artefacts.get(nameOf(setup)))) {
    await artefacts.put(nameOf(setup), Buffer.from(JSON.stringify(rollingRelease ?? null)));
  }
  await setup.api.configureRolling(config, ctx.signal);
}

/** Without any from us to take back it does nothing. */
export async function restoreRollingConfig(ctx: TargetContext, setup: VercelSetup): Promise<void> {
  const { artefacts } = setup.options;
  const kept = await artefacts.get(nameOf(setup));
  if (!kept) return;
  const own = JSON.parse(Buffer.from(kept).toString()) as (RollingConfig & { readonly target?: string }) | null;
  const { target: _shown, ...config } = own ?? {};
  await (own === null ? setup.api.disableRolling(ctx.signal) : setup.api.configureRolling(config, ctx.signal));
  await artefacts.remove(nameOf(setup));
}
