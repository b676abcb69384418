/** A strategy as it was written, into the one form: stages with their times, shares as fractions, defaults filled in. */
import type { CanarySettings, CanaryStage } from '../strategies/canary.ts';
import { parseShare } from '../util/share.ts';
import type { StrategyConfig } from './config.ts';
import { CANARY_DEFAULTS, DEFAULTS } from './defaults.ts';
import { normalizeSignals } from './normalize-signals.ts';
import { ms } from './normalize-common.ts';
import type { WrittenCanary, WrittenStrategy } from './shape-strategy.ts';
import type { Surroundings } from './surroundings.ts';

type Written<Type extends string> = Extract<WrittenStrategy, { type: Type }>;

/** `where` is the path of the strategy, for messages about secrets. */
export function normalizeStrategy(written: WrittenStrategy, where: string, around: Surroundings): StrategyConfig {
  const given = typeof written === 'string' ? ({ type: written } as Written<'blue-green' | 'canary'>) : written;
  switch (given.type) {
    case 'blue-green':
      return { type: 'blue-green', soakMs: ms(given.soak ?? DEFAULTS.soak) };
    case 'canary':
      return normalizeCanary(given, where, around);
    default:
      return { type: given.type };
  }
}

const fraction = (written: string | number): number => parseShare(written) ?? 0;

function normalizeStages(written: WrittenCanary): CanaryStage[] {
  const { hold = CANARY_DEFAULTS.hold, maxHold = CANARY_DEFAULTS.maxHold, holdBack } = written;
  const stages = (written.steps ?? CANARY_DEFAULTS.steps).map((step): CanaryStage => {
    const given = typeof step === 'object' ? step : { share: step };
    const minMs = ms(given.hold ?? hold);
    return {
      share: fraction(given.share),
      minMs,
      maxMs: Math.max(minMs, ms(given.maxHold ?? maxHold)),
      holdBack: false,
    };
  });
  // All traffic is no stage: there is nothing left to compare with. It may be written all the same.
  const shared = stages.filter(({ share }, index) => share < 1 || index < stages.length - 1);
  if (!holdBack) return shared;
  const share = 1 - fraction(holdBack.share ?? CANARY_DEFAULTS.holdBack.share);
  return [...shared, { share, minMs: ms(holdBack.time), maxMs: ms(holdBack.time), holdBack: true }];
}

function normalizeGrace({ grace }: WrittenCanary): CanarySettings['judge']['grace'] {
  const seconds = ms(grace?.time ?? CANARY_DEFAULTS.grace.time) / 1_000;
  return seconds > 0 ? { seconds, tolerance: grace?.tolerance ?? CANARY_DEFAULTS.grace.tolerance } : null;
}

function normalizeCanary(written: WrittenCanary, where: string, around: Surroundings): StrategyConfig {
  const signals = normalizeSignals(written.signals ?? [{ type: 'router' }], `${where}.signals`, around);
  return {
    type: 'canary',
    settings: { ...normalizeSettings(written), routers: signals.some(({ type }) => type === 'router') },
    signals: signals.filter((signal) => signal.type !== 'router'),
  };
}

function normalizeSettings(written: WrittenCanary): Omit<CanarySettings, 'routers'> {
  const { errors, latency } = written;
  return {
    stages: normalizeStages(written),
    promotion: written.promotion ?? CANARY_DEFAULTS.promotion,
    onInconclusive: written.onInconclusive ?? CANARY_DEFAULTS.onInconclusive,
    onNoData: written.onNoData ?? CANARY_DEFAULTS.onNoData,
    silenceMs: ms(written.silence ?? CANARY_DEFAULTS.silence),
    unwatchedMs: ms(written.unwatched ?? CANARY_DEFAULTS.unwatched),
    maxFailures: written.maxFailures ?? null,
    intervalMs: ms(written.interval ?? CANARY_DEFAULTS.interval),
    judge: {
      alpha: fraction(written.alpha ?? CANARY_DEFAULTS.alpha),
      beta: fraction(written.beta ?? CANARY_DEFAULTS.beta),
      errors: {
        tolerance: errors?.tolerance ?? CANARY_DEFAULTS.errors.tolerance,
        promoteBelow: errors?.promoteBelow ?? CANARY_DEFAULTS.errors.promoteBelow,
        floor: errors?.floor === undefined ? null : fraction(errors.floor),
      },
      latency:
        latency === false
          ? null
          : {
              tolerance: fraction(latency?.tolerance ?? CANARY_DEFAULTS.latency.tolerance),
              promoteBelow: fraction(latency?.promoteBelow ?? CANARY_DEFAULTS.latency.promoteBelow),
            },
      grace: normalizeGrace(written),
    },
  };
}
