/** What moves the traffic of both releases alike, second by second: load, error rate, latency. */
import type { Cell } from './cells.ts';
import type { Random } from './random.ts';

export interface Surroundings {
  /** Requests per second. */
  readonly rate: Float64Array;
  /** Factor on the error rate of both releases. */
  readonly errors: Float64Array;
  /** Added to the logarithm of every latency. */
  readonly latency: Float64Array;
}

const DAY = 1_500;
const wave = (second: number, phase = 0): number => Math.sin((2 * Math.PI * second) / DAY + phase);

/** Spans that begin anywhere, `mean` of them on average. */
function spans(
  random: Random,
  seconds: number,
  mean: number,
  shortest: number,
  longest: number,
  each: (second: number, amount: number) => void,
): void {
  for (let count = random.poisson(mean); count > 0; count--) {
    const from = Math.floor(random.uniform() * seconds);
    const length = shortest + random.uniform() * (longest - shortest);
    const amount = random.uniform();
    for (let second = from; second < Math.min(seconds, Math.floor(from + length)); second++) each(second, amount);
  }
}

/** Gaussian noise that forgets within `memory` seconds, of standard deviation `spread`. */
function ar1(random: Random, seconds: number, memory: number, spread: number): Float64Array {
  const kept = Math.exp(-1 / memory);
  const path = new Float64Array(seconds);
  path[0] = spread * random.normal();
  for (let second = 1; second < seconds; second++)
    path[second] = kept * (path[second - 1] ?? 0) + spread * Math.sqrt(1 - kept * kept) * random.normal();
  return path;
}

function loadOf({ load, ratePerSecond, seconds }: Cell, random: Random): Float64Array {
  const rate = new Float64Array(seconds).fill(ratePerSecond);
  if (load === 'flat') return rate;
  for (let second = 0; second < seconds; second++) rate[second] = ratePerSecond * (1 + 0.6 * wave(second));
  if (load === 'bursty')
    spans(random, seconds, 6, 10, 60, (second, amount) => (rate[second] = (rate[second] ?? 0) * (2 + 2 * amount)));
  return rate;
}

/** Drift of 1 to 4 times, outages of 10 to 30 times, noise of 0.8 in the logarithm. */
function errorsOf({ shared, seconds }: Cell, random: Random): Float64Array {
  const factor = new Float64Array(seconds).fill(1);
  const scale = (second: number, by: number) => (factor[second] = (factor[second] ?? 1) * by);
  if (shared === 'drift' || shared === 'all')
    for (let second = 0; second < seconds; second++) scale(second, 1 + 1.5 * (1 + wave(second, -Math.PI / 2)));
  if (shared === 'outages' || shared === 'all')
    spans(random, seconds, 8, 5, 30, (second, amount) => scale(second, 10 + 20 * amount));
  if (shared === 'ar1' || shared === 'all')
    for (const [second, value] of ar1(random, seconds, 60, 0.8).entries()) scale(second, Math.exp(value));
  return factor;
}

/** A tide of 0.35, spikes of 0.5 to 1.2, noise of 0.25, all in the logarithm. */
function latencyOf({ shared, seconds, latency }: Cell, random: Random): Float64Array {
  const path = new Float64Array(seconds);
  if (latency === null || shared !== 'all') return path;
  const noise = ar1(random, seconds, 30, 0.25);
  for (let second = 0; second < seconds; second++)
    path[second] = 0.35 * wave(second, -Math.PI / 2) + (noise[second] ?? 0);
  spans(random, seconds, 6, 5, 30, (second, amount) => (path[second] = (path[second] ?? 0) + 0.5 + 0.7 * amount));
  return path;
}

export function createSurroundings(cell: Cell, random: Random): Surroundings {
  return { rate: loadOf(cell, random), errors: errorsOf(cell, random), latency: latencyOf(cell, random) };
}
