/** Sums of numbers that are kept as natural logarithms. */

/** `log(sum(exp(terms)))`; `-Infinity` for none. */
export function logSumExp(terms: readonly number[]): number {
  let largest = -Infinity;
  for (const term of terms) if (term > largest) largest = term;
  if (largest === -Infinity) return largest;
  let sum = 0;
  for (const term of terms) sum += Math.exp(term - largest);
  return largest + Math.log(sum);
}

/** `log(exp(a) + exp(b))`. */
export function logAddExp(a: number, b: number): number {
  const largest = Math.max(a, b);
  if (largest === -Infinity) return largest;
  return largest + Math.log1p(Math.exp(-Math.abs(a - b)));
}
