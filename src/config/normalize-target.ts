/** A written target into the one form that the rest of Belay knows. */
import type { z } from 'zod';
import type { Target } from '../targets/target.ts';
import type { DataConfig, LocalConfig, TargetConfig } from './config.ts';
import { isCustomTarget } from './custom-target.ts';
import { DEFAULTS } from './defaults.ts';
import { ms, normalizeEnv, normalizeSource } from './normalize-common.ts';
import { normalizeConvex } from './normalize-convex.ts';
import { normalizeVercel } from './normalize-vercel.ts';
import type { writtenTarget } from './shape-target.ts';
import { absolute, type Surroundings, toSecret } from './surroundings.ts';

type WrittenTarget = z.input<typeof writtenTarget>;
type WrittenLocal = Extract<WrittenTarget, { type: 'local' }>;
type WrittenData = NonNullable<WrittenLocal['data']>;

export function normalizeTarget(
  written: WrittenTarget | Partial<Target>,
  where: string,
  recreates: boolean,
  around: Surroundings,
): TargetConfig {
  // The rules have refused one without all six verbs.
  if (isCustomTarget(written)) return { type: 'custom', target: written as Target };
  const described = written as WrittenTarget;
  if (described.type === 'noop') return { type: 'noop', fail: described.fail ?? null };
  if (described.type === 'convex') return normalizeConvex(described, where, around);
  if (described.type === 'vercel') return normalizeVercel(described, where, around);
  return normalizeLocal(described, where, recreates, around);
}

function normalizeLocal(written: WrittenLocal, where: string, recreates: boolean, around: Surroundings): LocalConfig {
  return {
    type: 'local',
    source: normalizeSource(written.source ?? DEFAULTS.source, around),
    install: written.install ?? null,
    build: written.build ?? null,
    start: written.start,
    host: written.host ?? DEFAULTS.host,
    port: written.port,
    router: normalizeRouter(written.router ?? DEFAULTS.router, around),
    env: normalizeEnv(written.env ?? {}, `${where}.env`, around),
    passEnv: [...(written.passEnv ?? [])],
    ...normalizeTimes(written),
    keep: written.keep ?? DEFAULTS.keep,
    standby: written.standby ?? !recreates,
    data: written.data ? normalizeData(written.data, `${where}.data`, around) : null,
  };
}

function normalizeRouter(written: NonNullable<WrittenLocal['router']>, around: Surroundings): LocalConfig['router'] {
  if (typeof written === 'string') return { kind: written };
  const { type: kind, program, beside } = written;
  const its = beside && {
    configs: beside.configs.map((file) => absolute(around, file)),
    socket: absolute(around, beside.socket),
  };
  return { kind, ...(program === undefined ? {} : { program }), ...(its ? { beside: its } : {}) };
}

function normalizeTimes({
  probe,
  limits,
  drain,
  hold,
}: WrittenLocal): Pick<LocalConfig, 'probe' | 'limits' | 'drain' | 'holdMs'> {
  return {
    probe: { path: probe?.path ?? DEFAULTS.probe.path, limitMs: ms(probe?.limit ?? DEFAULTS.probe.limit) },
    limits: {
      installMs: ms(limits?.install ?? DEFAULTS.limits.install),
      buildMs: ms(limits?.build ?? DEFAULTS.limits.build),
      startMs: ms(limits?.start ?? DEFAULTS.limits.start),
    },
    drain: {
      requestsMs: ms(drain?.requests ?? DEFAULTS.drain.requests),
      streamsMs: ms(drain?.streams ?? DEFAULTS.drain.streams),
      killMs: ms(drain?.kill ?? DEFAULTS.drain.kill),
    },
    holdMs: ms(hold ?? DEFAULTS.hold),
  };
}

function normalizeData(written: WrittenData, where: string, around: Surroundings): DataConfig {
  const expireMs = written.expire === undefined ? null : ms(written.expire);
  switch (written.type) {
    case 'directory':
      return { type: 'directory', path: absolute(around, written.path), expireMs };
    case 'sqlite':
      return { type: 'sqlite', files: written.files.map((file) => absolute(around, file)), expireMs };
    case 'postgres':
      return {
        type: 'postgres',
        url: toSecret(written.url, `${where}.url`, around),
        method: written.method ?? DEFAULTS.method,
        expireMs,
      };
  }
}
