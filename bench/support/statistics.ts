/** The few statistics of the benches; a machine that others use too makes medians and ratios the honest ones. */

/** The value below which `share` of the values lie; 0 for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Median of the ratios of values that were taken right after one another. */
export function pairedRatio(values: readonly number[], base: readonly number[]): number {
  return median(values.map((value, index) => value / (base[index] ?? Number.NaN)));
}

export const milliseconds = async (work: () => unknown): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

/** The two columns that every row ends with. */
export function verdict(toReach: string, reached: boolean): { 'to reach': string; reached: string } {
  return { 'to reach': toReach, reached: reached ? '● yes' : '▲ no' };
}

/** For rows that are only there to compare with. */
export const NO_FIGURE = { 'to reach': '–', reached: '–' } as const;
