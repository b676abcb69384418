/** A figure in its unit. Pure. */
import type { Figure, FigureUnit } from '../../../src/metrics/metrics.ts';
import { count, duration, percent } from '../format.ts';

export function inUnit(value: number | null, unit: FigureUnit): string {
  if (value === null) return 'unknown';
  switch (unit) {
    case 's':
      return duration(value * 1_000);
    case 'share':
      return percent(value);
    case 'per-day':
      return value >= 1 || value === 0
        ? `${count(Number(value.toFixed(1)))} a day`
        : `${count(Number((value * 7).toFixed(1)))} a week`;
  }
}

export const valueOf = ({ value, unit, atLeast }: Figure): string =>
  `${atLeast && value !== null ? '≥ ' : ''}${inUnit(value, unit)}`;

export const seconds = (value: number): string => duration(value * 1_000);
