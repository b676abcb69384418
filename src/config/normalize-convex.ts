/** A written target of type `convex` into its one form. */
import type { z } from 'zod';
import type { ConvexAccessConfig, ConvexConfig } from './config.ts';
import { DEFAULTS } from './defaults.ts';
import { ms, normalizeEnv, normalizeSource } from './normalize-common.ts';
import type { convexShape } from './shape-convex.ts';
import { type Surroundings, toSecret } from './surroundings.ts';

type WrittenConvex = z.input<typeof convexShape>;
export type WrittenAccess = Pick<WrittenConvex, 'deployKey' | 'url' | 'adminKey'>;

export function normalizeConvex(written: WrittenConvex, where: string, around: Surroundings): ConvexConfig {
  const provision = written.provision ?? DEFAULTS.convex.provision;
  const data = written.data ?? true;
  const { storage = true, scratch, expire } = typeof data === 'object' ? data : {};
  return {
    type: 'convex',
    access: normalizeAccess(written, where, provision, around),
    source: normalizeSource(written.source ?? DEFAULTS.source, around),
    install: written.install ?? DEFAULTS.convex.install,
    env: normalizeEnv(written.env ?? {}, `${where}.env`, around),
    limits: {
      installMs: ms(written.limits?.install ?? DEFAULTS.limits.install),
      buildMs: ms(written.limits?.build ?? DEFAULTS.limits.build),
    },
    keep: written.keep ?? DEFAULTS.keep,
    data:
      data === false
        ? null
        : {
            storage,
            scratch: scratch ? normalizeAccess(scratch, `${where}.data.scratch`, provision, around) : null,
            expireMs: expire === undefined ? null : ms(expire),
          },
  };
}

/** The rules have refused what is neither the one nor the other. */
export function normalizeAccess(
  written: WrittenAccess,
  where: string,
  provision: string,
  around: Surroundings,
): ConvexAccessConfig {
  const { deployKey, url, adminKey } = written;
  if (deployKey) return { kind: 'cloud', deployKey: toSecret(deployKey, `${where}.deployKey`, around), provision };
  return {
    kind: 'self-hosted',
    url: url ?? '',
    adminKey: adminKey ? toSecret(adminKey, `${where}.adminKey`, around) : null,
  };
}
