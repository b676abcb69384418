/** A written target of type `vercel` into its one form. */
import type { z } from 'zod';
import type { VercelConfig } from './config.ts';
import { DEFAULTS } from './defaults.ts';
import { ms, normalizeSource } from './normalize-common.ts';
import type { vercelShape } from './shape-vercel.ts';
import { type Surroundings, toSecret } from './surroundings.ts';

export function normalizeVercel(
  written: z.input<typeof vercelShape>,
  where: string,
  around: Surroundings,
): VercelConfig {
  const { probe, edgeConfig, bypass } = written;
  const defaults = DEFAULTS.vercel;
  return {
    type: 'vercel',
    project: written.project,
    team: written.team ?? null,
    token: toSecret(written.token, `${where}.token`, around),
    api: (written.api ?? defaults.api).replace(/\/$/, ''),
    source: normalizeSource(written.source ?? DEFAULTS.source, around),
    root: written.root ?? null,
    deploy: written.deploy ?? defaults.deploy,
    build: written.build ?? defaults.build,
    buildLimitMs: ms(written.limits?.build ?? DEFAULTS.limits.build),
    bypass: bypass ? toSecret(bypass, `${where}.bypass`, around) : null,
    probe: { path: probe?.path ?? defaults.probe.path, limitMs: ms(probe?.limit ?? defaults.probe.limit) },
    regions: written.regions ?? null,
    edgeConfig: edgeConfig ? { id: edgeConfig.id, key: edgeConfig.key ?? defaults.edgeConfigKey } : null,
  };
}
