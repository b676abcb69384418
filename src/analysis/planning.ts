/**
 * What a rollout can see before it runs, and what it could have seen after it ended without an answer: from the
 * information a canary request carries (Wald 1945), with the nats that this analyser was measured to need.
 */

/**
 * Nats until half, and until nine in ten, of the regressions are found, at alpha = 1 %. Measured in 400 rollouts each:
 * 5.1 to 5.9 and 9.4 to 13.3 up to 5 times the errors; at 20 times, where a batch or two decide, up to 7.5 and 13.9.
 */
const MEDIAN_NATS = 5.5;
const P90_NATS = 12;
/** Nats until half of the good releases are promoted, as a multiple of `log(1 / beta)`; measured: 0.8 to 0.95. */
const PROMOTION_NATS = 0.9;
/** Error rates stay below certainty. */
const HIGHEST_RATE = 0.95;

/** Traffic as it is expected. */
export interface Traffic {
  /** Of the requests that go to the canary, above 0 and below 1. */
  readonly share: number;
  /** Requests per second of both arms. */
  readonly ratePerSecond: number;
  /** Of stable: errors per request, above 0 and below 1. */
  readonly errorRate: number;
}

export interface Effort {
  readonly canaryRequests: number;
  readonly seconds: number;
}

/**
 * Kullback-Leibler information, in nats per canary request, of "`ratio` times the error rate" against "no
 * difference" when stable's rate has to be learned from the concurrent requests.
 */
export function information({ share, errorRate }: Omit<Traffic, 'ratePerSecond'>, ratio: number): number {
  const canaryRate = Math.min(HIGHEST_RATE, errorRate * ratio);
  const pooled = share * canaryRate + (1 - share) * errorRate;
  return divergence(canaryRate, pooled) + ((1 - share) / share) * divergence(errorRate, pooled);
}

/** How long until a regression of `ratio` times the error rate is taken back. */
export function expectedDetection(
  traffic: Traffic,
  ratio: number,
  alpha: number,
): { readonly median: Effort; readonly p90: Effort } {
  const perRequest = information(traffic, ratio);
  return {
    median: effort(traffic, (MEDIAN_NATS * strictness(alpha)) / perRequest),
    p90: effort(traffic, (P90_NATS * strictness(alpha)) / perRequest),
  };
}

/** How long until half of the releases that are as good as stable are shown to be below `promoteBelow` times its odds. */
export function expectedPromotion(traffic: Traffic, promoteBelow: number, beta: number): Effort {
  return effort(traffic, (PROMOTION_NATS * Math.log(1 / beta)) / promotionInformation(traffic, promoteBelow));
}

/**
 * The smallest ratio of error rates that nine in ten rollouts with so many canary requests would have found; null
 * when they are too few for any.
 */
export function detectableRatio(
  traffic: Omit<Traffic, 'ratePerSecond'>,
  canaryRequests: number,
  alpha: number,
): number | null {
  const needed = (P90_NATS * strictness(alpha)) / Math.max(1, canaryRequests);
  const largest = HIGHEST_RATE / traffic.errorRate;
  if (largest <= 1 || information(traffic, largest) < needed) return null;
  return bisect((ratio) => information(traffic, ratio) - needed, 1, largest);
}

/**
 * The share of the requests with which the same number of seconds finds `ratio` in nine of ten rollouts; null when
 * not even half of the traffic does.
 */
export function sufficientShare(
  traffic: Omit<Traffic, 'share'>,
  ratio: number,
  seconds: number,
  alpha: number,
): number | null {
  const surplus = (share: number): number =>
    share * traffic.ratePerSecond * seconds * information({ ...traffic, share }, ratio) - P90_NATS * strictness(alpha);
  return surplus(0.5) < 0 ? null : bisect(surplus, 1e-6, 0.5);
}

/** Information against the closest pair of rates that is still `limit` apart, when both arms have the same. */
function promotionInformation({ share, errorRate }: Traffic, limit: number): number {
  const distance = (stableRate: number): number =>
    divergence(errorRate, Math.min(HIGHEST_RATE, limit * stableRate)) +
    ((1 - share) / share) * divergence(errorRate, stableRate);
  let [low, high] = [errorRate / limit, errorRate];
  for (let i = 0; i < 80; i += 1) {
    const third = (high - low) / 3;
    if (distance(low + third) < distance(high - third)) high -= third;
    else low += third;
  }
  return distance((low + high) / 2);
}

/** Of Bernoulli distributions, in nats. */
function divergence(a: number, b: number): number {
  return a * Math.log(a / b) + (1 - a) * Math.log((1 - a) / (1 - b));
}

/** The nats grow with `log(1 / alpha)`; they were measured at 1 %. */
function strictness(alpha: number): number {
  return Math.log(1 / alpha) / Math.log(100);
}

function effort({ share, ratePerSecond }: Traffic, canaryRequests: number): Effort {
  const whole = Math.ceil(canaryRequests);
  return { canaryRequests: whole, seconds: whole / (ratePerSecond * share) };
}

/** Zero of an increasing function. */
function bisect(increasing: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let i = 0; i < 80; i += 1) {
    const middle = (low + high) / 2;
    if (increasing(middle) < 0) low = middle;
    else high = middle;
  }
  return high;
}
