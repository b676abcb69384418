/** The classification of one metric by Kayenta's NetflixACAJudge: a Mann-Whitney test of two series, one value a step each. */

/** The upper end of a two-sided 98 % confidence interval of a normal. */
const Z_98 = 2.3263478740408408;

export interface RankTest {
  /** The canary's values lie above the stable ones by more than the tolerance allows. */
  readonly high: boolean;
  /** Hodges-Lehmann estimate of the shift, in the metric's unit. */
  readonly shift: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function median(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}

function differences(x: readonly number[], y: readonly number[]): Float64Array {
  const all = new Float64Array(x.length * y.length);
  let at = 0;
  for (const one of x) for (const other of y) all[at++] = one - other;
  return all.sort();
}

/** Sum of t^3 - t over the groups of equal values. */
function tieTerm(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  let [sum, run] = [0, 1];
  for (let at = 1; at <= sorted.length; at++) {
    if (at < sorted.length && sorted[at] === sorted[at - 1]) run += 1;
    else {
      sum += run ** 3 - run;
      run = 1;
    }
  }
  return sum;
}

/** Standardised rank statistic with correction for ties and continuity; 0 when every value is the same. */
function statistic(x: readonly number[], y: readonly number[]): number {
  const [n, m] = [x.length, y.length];
  let u = 0;
  for (const one of x) for (const other of y) u += one > other ? 1 : one === other ? 0.5 : 0;
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - tieTerm([...x, ...y]) / (total * (total - 1)));
  const distance = u - (n * m) / 2;
  return variance > 1e-9 ? (distance - 0.5 * Math.sign(distance)) / Math.sqrt(variance) : 0;
}

function identical(x: readonly number[], y: readonly number[]): boolean {
  if (x.length !== y.length) return false;
  const [a, b] = [Float64Array.from(x).sort(), Float64Array.from(y).sort()];
  return a.every((value, at) => value === b[at]);
}

/**
 * `High` of Kayenta's MannWhitneyClassifier: the lower end of the 98 % confidence interval of the shift lies above
 * `tolerance` times the shift itself, and the means agree in direction. As there, the tolerance is a share of the shift
 * and not of the stable release's level. An empty series is never high.
 */
export function rankTest(canary: readonly number[], stable: readonly number[], tolerance = 0.25): RankTest {
  if (canary.length === 0 || stable.length === 0) return { high: false, shift: 0 };
  const shift = median(differences(canary, stable));
  if (identical(canary, stable)) return { high: false, shift };
  const allowed = tolerance * Math.abs(shift);
  const moved = canary.map((value) => value - allowed);
  const [meanCanary, meanStable] = [mean(canary), mean(stable)];
  const raised = meanCanary === 0 || meanStable === 0 || meanCanary / meanStable >= 1;
  return { high: raised && statistic(moved, stable) > Z_98, shift };
}
