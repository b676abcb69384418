/** How far a share that was counted may be from the true one: the exact interval of Clopper and Pearson (1934). */
import { logChoose } from '../../src/analysis/log-factorial.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The chance of at most `count` in `trials`. */
function atMost(count: number, trials: number, chance: number): number {
  if (count >= trials || chance <= 0) return 1;
  if (count < 0 || chance >= 1) return 0;
  const odds = Math.log(chance) - Math.log1p(-chance);
  let sum = 0;
  for (let k = 0; k <= count; k++) sum += Math.exp(logChoose(trials, k) + k * odds + trials * Math.log1p(-chance));
  return Math.min(1, sum);
}

/** The chance at which `atMost` has fallen to `level`. */
function chanceAt(count: number, trials: number, level: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (atMost(count, trials, middle) > level) low = middle;
    else high = middle;
  }
  return high;
}

/** @param miss probability that the true share lies outside, half of it on each side */
export function clopperPearson(count: number, trials: number, miss = 0.05): Interval {
  return {
    low: count === 0 ? 0 : chanceAt(count - 1, trials, 1 - miss / 2),
    high: count === trials ? 1 : chanceAt(count, trials, miss / 2),
  };
}
