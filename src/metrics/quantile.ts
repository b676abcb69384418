/** Quantiles of many numbers without sorting them: the linear interpolation that R, NumPy and spreadsheets use (type 7). */

/** Moves the `k`-th smallest of `values` from `from` on to place `k`, with nothing larger before it. */
function select(values: Float64Array, k: number, from: number): number {
  let low = from;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >>> 1] ?? 0;
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] ?? 0) < pivot) left += 1;
      while ((values[right] ?? 0) > pivot) right -= 1;
      if (left > right) break;
      const swap = values[left] ?? 0;
      values[left] = values[right] ?? 0;
      values[right] = swap;
      left += 1;
      right -= 1;
    }
    if (k <= right) high = right;
    else if (k >= left) low = left;
    else break;
  }
  return values[k] ?? Number.NaN;
}

/**
 * One value for each of the ascending shares (0.5 is the median), in their order; NaN of nothing.
 * `values` are left in another order.
 */
export function quantiles(values: Float64Array, shares: readonly number[]): number[] {
  let done = 0;
  return shares.map((share) => {
    const place = share * (values.length - 1);
    const k = Math.max(0, Math.floor(place));
    const below = select(values, k, Math.min(done, k));
    done = k;
    if (place === k || k + 1 >= values.length) return below;
    return below + (place - k) * (select(values, k + 1, k + 1) - below);
  });
}

export function median(values: Iterable<number>): number {
  return quantiles(Float64Array.from(values), [0.5])[0] ?? Number.NaN;
}
