/** Logarithms of factorials, binomial coefficients and the beta function. */

const TABLE_SIZE = 1024;
const table = factorials();

/** `log(n!)` for a whole `n >= 0`: a table, beyond it Stirling's series (absolute error below 1e-15 of the value). */
export function logFactorial(n: number): number {
  const known = table[n];
  return known ?? stirling(n + 1);
}

/** `log(n over k)`; `-Infinity` where there is no such choice. */
export function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return -Infinity;
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** `log(B(a, b))` for positive reals. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Shifted up until the series holds: `gamma(x) = gamma(x + 1) / x`. */
function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  while (at < 16) {
    shift += Math.log(at);
    at += 1;
  }
  return stirling(at) - shift;
}

function stirling(x: number): number {
  const inverse = 1 / x;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}

function factorials(): Float64Array {
  const sums = new Float64Array(TABLE_SIZE);
  for (let n = 2; n < TABLE_SIZE; n += 1) sums[n] = (sums[n - 1] ?? 0) + Math.log(n);
  return sums;
}
