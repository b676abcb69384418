/** Many written forms into one: paths absolute, durations in milliseconds, shares as fractions, defaults filled in. */
import { normalizeHealth } from '../checks/normalize.ts';
import type { HealthSpec } from '../checks/spec.ts';
import type { WrittenHealth } from '../checks/shape.ts';
import { parseShare } from '../util/share.ts';
import type { Config, EnvironmentConfig, StoreConfig, TriggerConfig } from './config.ts';
import { DEFAULT_TRIGGERS, DEFAULTS } from './defaults.ts';
import { normalizeDashboard } from './normalize-dashboard.ts';
import { normalizeGitHub } from './normalize-github.ts';
import { normalizeNotify } from './normalize-notify.ts';
import { normalizeReview } from './normalize-review.ts';
import { normalizeSchema } from './normalize-schema.ts';
import { normalizeStrategy } from './normalize-strategy.ts';
import { ms } from './normalize-common.ts';
import { normalizeTarget } from './normalize-target.ts';
import type { WrittenConfig, WrittenEnvironment } from './shape.ts';
import { absolute, type Surroundings, toSecret } from './surroundings.ts';

type WrittenChecks = WrittenEnvironment['checks'];
type WrittenTriggers = NonNullable<WrittenEnvironment['triggers']>;

/** Health files that were read before, by absolute path. */
export type HealthFiles = ReadonlyMap<string, WrittenHealth>;

export function normalize(
  written: WrittenConfig,
  store: StoreConfig,
  health: HealthFiles,
  around: Surroundings,
): Config {
  const environments = Object.entries(written.environments).map(
    ([name, environment]) => [name, normalizeEnvironment(name, environment, health, around)] as const,
  );
  return {
    app: written.app,
    directory: around.directory,
    store,
    environments: Object.fromEntries(environments),
    dashboard: normalizeDashboard(written.dashboard, around),
    github: normalizeGitHub(written.github, around),
    review: normalizeReview(written.review),
    notify: normalizeNotify(written.notify, around),
  };
}

function normalizeEnvironment(
  name: string,
  written: WrittenEnvironment,
  health: HealthFiles,
  around: Surroundings,
): EnvironmentConfig {
  const where = `environments.${name}`;
  const strategy = normalizeStrategy(written.strategy ?? DEFAULTS.strategy, `${where}.strategy`, around);
  const targets = Object.entries(written.targets ?? {}).map(
    ([key, target]) =>
      [key, normalizeTarget(target, `${where}.targets.${key}`, strategy.type === 'recreate', around)] as const,
  );
  const triggers = (written.triggers ?? DEFAULT_TRIGGERS).map(normalizeTrigger);
  return {
    name,
    targets: Object.fromEntries(targets),
    strategy,
    triggers,
    bake: {
      timeMs: ms(written.bake?.time ?? DEFAULTS.bake),
      triggers: written.bake?.triggers?.map(normalizeTrigger) ?? triggers,
    },
    checks: normalizeChecks(written.checks, `${where}.checks`, health, around),
    lock: { ttlMs: ms(written.lock?.ttl ?? DEFAULTS.lock.ttl), waitMs: ms(written.lock?.wait ?? DEFAULTS.lock.wait) },
    schema: normalizeSchema(written.schema, around),
  };
}

function normalizeTrigger(written: WrittenTriggers[number]): TriggerConfig {
  switch (written.type) {
    case 'error-rate':
      return {
        type: 'error-rate',
        above: parseShare(written.above ?? DEFAULTS.errorRate.above) ?? 1,
        windowMs: ms(written.window ?? DEFAULTS.errorRate.window),
        minRequests: written.minRequests ?? DEFAULTS.errorRate.minRequests,
      };
    case 'health':
      return {
        type: 'health',
        failures: written.failures ?? DEFAULTS.health.failures,
        everyMs: ms(written.every ?? DEFAULTS.health.every),
      };
    case 'crash-loop':
      return { type: 'crash-loop', restarts: written.restarts ?? DEFAULTS.crashLoop.restarts };
  }
}

/** One check or a list; a text is the path of a health file. */
export function listChecks(written: WrittenChecks): readonly (string | WrittenHealth)[] {
  if (written === undefined) return [];
  return Array.isArray(written) ? written : [written];
}

function normalizeChecks(
  written: WrittenChecks,
  where: string,
  health: HealthFiles,
  around: Surroundings,
): HealthSpec[] {
  return listChecks(written).map((check, index) => {
    const file = typeof check === 'string' ? absolute(around, check) : null;
    const place = file ?? (Array.isArray(written) ? `${where}[${index}]` : where);
    const content = typeof check === 'string' ? (health.get(absolute(around, check)) ?? {}) : check;
    return normalizeHealth(content, file, (reference, key) => toSecret(reference, `${place}.${key}`, around));
  });
}
