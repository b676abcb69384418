/**
 * Watches one stream after the release has all the traffic: a Shiryaev-Roberts e-detector (Shin, Ramdas and Rinaldo
 * 2023). Without an arm beside it there is no protection against causes that both would share, so it alerts and
 * does not roll back.
 */
import { logAddExp, logSumExp } from './log-space.ts';

export interface ChangeDetectorOptions {
  /** Error rate that is still normal: the upper confidence bound of past weeks at that hour, times 1.5. */
  readonly normalRate: number;
  /** A false alarm may come once in so many seconds on average, or more rarely. */
  readonly secondsBetweenFalseAlarms: number;
}

export interface ChangeDetectorState {
  readonly version: 1;
  readonly t: number | null;
  readonly requests: number;
  readonly bad: number;
  readonly logD: readonly number[];
  readonly alarmAt: number | null;
}

export interface ChangeDetector {
  /** @throws RangeError that names the field */
  observe(outcome: { readonly t: number; readonly bad: boolean }): void;
  /** One scrape since the one before. @throws RangeError that names the field */
  count(counts: { readonly t: number; readonly requests: number; readonly bad: number }): void;
  /** `alarmAt`: seconds of the first alarm, null before. `logE >= bound` raises it. */
  report(): { readonly alarmAt: number | null; readonly logE: number; readonly bound: number };
  state(): ChangeDetectorState;
}

const MULTIPLES = [1.6, 2.5, 5, 15, 40];
const HIGHEST_RATE = 0.95;
const BATCH = 64;
const RUIN = -1e4;

/** @throws RangeError for an option that cannot be */
export function createChangeDetector(options: ChangeDetectorOptions, state?: ChangeDetectorState): ChangeDetector {
  const { normalRate, secondsBetweenFalseAlarms } = options;
  requireThat(normalRate > 0 && normalRate < HIGHEST_RATE, 'normalRate', 'above 0 and below 0.95', normalRate);
  requireThat(secondsBetweenFalseAlarms > 0, 'secondsBetweenFalseAlarms', 'above 0', secondsBetweenFalseAlarms);
  const rates = MULTIPLES.map((multiple) => Math.min(HIGHEST_RATE, normalRate * multiple));
  const bound = Math.log(secondsBetweenFalseAlarms);
  let { t, requests, bad, alarmAt } = state ?? { t: null, requests: 0, bad: 0, alarmAt: null };
  let logD = state?.logD ?? rates.map(() => RUIN);

  const logE = (): number => logSumExp(logD) - Math.log(logD.length);
  /** Bets begin at all times alike, a unit of capital a second: the mean of `D - t` never rises under the null. */
  const close = (now: number): void => {
    const begun = Math.log(Math.max(0, now - (t ?? now)));
    logD = rates.map((rate, j) => {
      const ratio = bad * Math.log(rate / normalRate) + (requests - bad) * Math.log((1 - rate) / (1 - normalRate));
      return Math.max(RUIN, logAddExp(logD[j] ?? RUIN, begun) + ratio);
    });
    [t, requests, bad] = [now, 0, 0];
    if (logE() >= bound) alarmAt ??= now;
  };
  return {
    observe: (outcome) => {
      requireThat(Number.isFinite(outcome.t), 't', 'finite seconds', outcome.t);
      t ??= outcome.t;
      requests += 1;
      if (outcome.bad) bad += 1;
      if (requests >= BATCH) close(Math.max(t, outcome.t));
    },
    count: (counts) => {
      requireThat(Number.isFinite(counts.t), 't', 'finite seconds', counts.t);
      requireThat(isCount(counts.requests), 'requests', 'a count', counts.requests);
      requireThat(isCount(counts.bad) && counts.bad <= counts.requests, 'bad', 'at most the requests', counts.bad);
      t ??= counts.t;
      requests += counts.requests;
      bad += counts.bad;
      close(Math.max(t, counts.t));
    },
    report: () => ({ alarmAt, logE: logE(), bound }),
    state: () => ({ version: 1, t, requests, bad, logD: logD.slice(), alarmAt }),
  };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function requireThat(holds: boolean, field: string, rule: string, value: number): void {
  if (!holds) throw new RangeError(`${field} must be ${rule}, not ${value}`);
}
