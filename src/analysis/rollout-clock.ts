/** Time within a rollout, told by what is observed: when capital moves, which minute it is, which scrape spans a cut. */
import type { ClockState } from './state.ts';

export interface RolloutClock {
  /** Moves on to `t`, never back. Returns the time it is then. The first `t` is the zero of the rollout. */
  advance(t: number): number;
  isUnset(): boolean;
  now(): number;
  /** Whole minutes since the rollout began. */
  minute(): number;
  /** Seconds from the beginning to the end of the last batch: known before the next is looked at. */
  sinceStart(): number;
  /** How many parts of the held-back capital are due. */
  slots(): number;
  /** A batch ended now. */
  closed(): void;
  /** The weight changed now. */
  cut(): void;
  /** A scrape ends at `t`. True when the weight changed inside it, so that it mixes two weights. */
  scrape(t: number): boolean;
  state(): ClockState;
}

const SLOT_SECONDS = 60;

export function createRolloutClock(state?: ClockState): RolloutClock {
  let origin = state?.origin ?? null;
  let { t: latest, closedAt, cutAt, scrapedAt, cuts } = state ?? { t: 0, closedAt: 0, cutAt: 0, scrapedAt: 0, cuts: 0 };
  const advance = (t: number): number => {
    if (origin === null) {
      origin = t;
      latest = t;
      closedAt = t;
      cutAt = t;
      scrapedAt = t;
    }
    latest = Math.max(latest, t);
    return latest;
  };
  const sinceStart = (): number => closedAt - (origin ?? closedAt);
  return {
    advance,
    isUnset: () => origin === null,
    now: () => latest,
    minute: () => Math.floor((latest - (origin ?? latest)) / SLOT_SECONDS),
    sinceStart,
    slots: () => Math.floor(sinceStart() / SLOT_SECONDS) + cuts,
    closed: () => {
      closedAt = latest;
    },
    cut: () => {
      cutAt = latest;
      cuts += 1;
    },
    scrape: (t) => {
      const end = advance(t);
      const spansCut = cutAt > scrapedAt && cutAt < end;
      scrapedAt = end;
      return spansCut;
    },
    state: () => ({ origin, t: latest, closedAt, cutAt, scrapedAt, cuts }),
  };
}
