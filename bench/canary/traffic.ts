/** The requests of one simulated rollout, one after the other, as the router would see them. */
import type { Baseline, Outcome } from '../../src/analysis/analysis.ts';
import { normalQuantile } from '../../src/analysis/normal-quantile.ts';
import type { Cell } from './cells.ts';
import { createRandom, type Random } from './random.ts';
import { createSurroundings, type Surroundings } from './surroundings.ts';

/** Latencies are lognormal with a median of 80 ms. */
const MU = Math.log(80);
const SIGMA = 0.6;
/** Standard normal quantiles of p90, p95, p99, p99.9. */
const [Z90, Z95, Z99, Z999] = [1.2815515655446004, 1.6448536269514722, 2.3263478740408408, 3.090232306167813];
const at = (z: number): number => Math.exp(MU + SIGMA * z);
/** Quantiles of the latencies in even steps; between them it is a straight line. Beyond the last ones, nothing. */
const STEPS = 1 << 16;
const HARDLY = 1e-7;
const LATENCIES = Float64Array.from({ length: STEPS + 1 }, (_, i) =>
  at(normalQuantile(Math.min(1 - HARDLY, Math.max(HARDLY, i / STEPS)))),
);
export const P99_MS = at(Z99);
/** A failing client tries again after this long. */
const RETRY_SECONDS = 1.28;
const MOST_BAD = 0.95;
const STUCK_MS = 2_000;

export const baselineOf = (cell: Cell): Baseline => ({
  ratePerSecond: cell.ratePerSecond,
  quantilesMs: [at(Z90), at(Z95), P99_MS, at(Z999)],
});

export function shareAt({ shares }: Cell, t: number): number {
  let now = 0;
  for (const [from, share] of shares) if (from <= t) now = share;
  return now;
}

interface Retry {
  t: number;
  left: number;
  readonly canary: boolean;
  readonly client: string;
}

/** Arrivals of a Poisson process whose rate is constant within each second: exact, as it has no memory. */
function nextArrival(t: number, rate: Float64Array, random: Random): number {
  let at = t;
  let wait = random.exponential();
  for (;;) {
    const second = Math.floor(at);
    const here = rate[second];
    if (here === undefined) return Number.POSITIVE_INFINITY;
    const room = (second + 1 - at) * here;
    if (wait < room) return at + wait / here;
    wait -= room;
    at = second + 1;
  }
}

/** By how much all its latencies are multiplied, and how many of them have two seconds added. */
function slownessOf(cell: Cell, canary: boolean, t: number): { readonly factor: number; readonly stuck: number } {
  const slow = canary && t >= cell.onset ? cell.latency : null;
  return { factor: slow === '+10%' ? 1.1 : slow === '+50%' ? 1.5 : 1, stuck: slow === 'tail' ? 0.05 : 0 };
}

function quietLatency(random: Random): number {
  const place = random.uniform() * STEPS;
  const step = Math.trunc(place);
  const below = LATENCIES[step] ?? 0;
  return below + (place - step) * ((LATENCIES[step + 1] ?? 0) - below);
}

/**
 * Milliseconds of the requests of one second.
 * @param shift of the logarithm of every latency
 */
export function fillLatencies(
  into: Float64Array,
  { cell, canary, t, shift }: { cell: Cell; canary: boolean; t: number; shift: number },
  random: Random,
): void {
  const { factor, stuck } = slownessOf(cell, canary, t);
  const scale = factor * Math.exp(shift);
  for (let i = 0; i < into.length; i++) into[i] = quietLatency(random) * scale;
  if (stuck > 0)
    for (let i = 0; i < into.length; i++) if (random.uniform() < stuck) into[i] = (into[i] ?? 0) + STUCK_MS;
}

/** @param instance -1: the cell has none */
export function errorRate(cell: Cell, canary: boolean, instance: number, t: number, around: Surroundings): number {
  const base = Math.min(cell.errors * (around.errors[Math.floor(t)] ?? 1), 0.6);
  if (!canary) return base;
  const ratio = cell.instances ? (cell.instances[instance] ?? 1) : t >= cell.onset ? cell.ratio : 1;
  const cold = cell.cold && t < cell.cold.seconds ? cell.cold.ratio : 1;
  return Math.min(base * ratio * cold, MOST_BAD);
}

/** The requests in order of time. The same cell and run give the same requests. */
export function* requestsOf(cell: Cell, run: number): Generator<Outcome, void, void> {
  const random = createRandom(cell.name, run);
  const around = createSurroundings(cell, random);
  const retries: Retry[] = [];
  const one = new Float64Array(1);
  let episodes = 0;
  let next = nextArrival(0, around.rate, random);
  for (;;) {
    const retry = retries[0];
    if (retry && retry.t < next) {
      if (retry.t >= cell.seconds) return;
      yield { t: retry.t, canary: retry.canary, bad: true, latencyMs: 0, client: retry.client, instance: null };
      retries.shift();
      // All wait equally long: the queue stays in order of time.
      if (retry.left > 1) retries.push({ ...retry, t: retry.t + RETRY_SECONDS, left: retry.left - 1 });
      continue;
    }
    if (next >= cell.seconds) return;
    const t = next;
    const canary = random.uniform() < shareAt(cell, t);
    const instance = cell.instances ? Math.floor(random.uniform() * cell.instances.length) : -1;
    const rate = errorRate(cell, canary, instance, t, around);
    const bad = random.uniform() < (cell.retries === null ? rate : rate / cell.retries);
    let client: string | null = null;
    if (bad && cell.retries !== null) {
      episodes += 1;
      client = `c${episodes}`;
      const left = random.geometric(1 / cell.retries) - 1;
      if (left > 0) retries.push({ t: t + RETRY_SECONDS, left, canary, client });
    }
    if (cell.latency !== null)
      fillLatencies(one, { cell, canary, t, shift: around.latency[Math.floor(t)] ?? 0 }, random);
    const latencyMs = one[0] ?? 0;
    yield { t, canary, bad, latencyMs, client, instance: instance < 0 ? null : `${canary ? 'c' : 's'}${instance}` };
    next = nextArrival(t, around.rate, random);
  }
}
