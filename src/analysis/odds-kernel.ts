/** Likelihood ratios of odds ratios, given how many requests of a batch were canary and how many were bad. */
import { EXACT_UP_TO, logPgf, logPgfRatioBound } from './hypergeometric.ts';

/** What a batch comes down to for a yes-or-no metric. */
export interface Tally {
  readonly requests: number;
  readonly canary: number;
  readonly bad: number;
  readonly canaryBad: number;
}

/** Bets on several odds ratios against one null. */
export interface OddsKernel {
  readonly size: number;
  /** `log(likelihood under alternative j / likelihood at the null)` for each alternative; zeros for an empty arm. */
  logRatios(tally: Tally): readonly number[];
  /** Adds them to `sums`, one for each alternative. */
  addTo(sums: number[], tally: Tally): void;
}

/** Micro-batches have at most so many requests; their norms are kept, for all analysers with the same bets. */
const CACHED_UP_TO = 64;
const MOST_CACHED = 8192;
const caches = new Map<string, Map<number, readonly number[]>>();

/**
 * Exact test martingale at odds ratio `psi0`, supermartingale on its far side from the alternatives (monotone
 * likelihood ratio). With `psi0 = 1` it is exact under any mixture of requests within the batch, as long as
 * the route does not depend on the request.
 */
export function createOddsKernel(psi0: number, alternatives: readonly number[]): OddsKernel {
  const size = alternatives.length;
  const slopes = alternatives.map((psi) => Math.log(psi / psi0));
  const nothing: readonly number[] = alternatives.map(() => 0);
  const cache = cacheOf(psi0, alternatives);

  const norms = ({ requests, canary, bad }: Tally): readonly number[] => {
    if (requests > CACHED_UP_TO) return alternatives.map((psi) => logNorm(requests, canary, bad, psi, psi0));
    const key = (requests * (CACHED_UP_TO + 1) + canary) * (CACHED_UP_TO + 1) + bad;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const fresh = alternatives.map((psi) => logNorm(requests, canary, bad, psi, psi0));
    if (cache.size >= MOST_CACHED) cache.clear();
    cache.set(key, fresh);
    return fresh;
  };

  const tellsNothing = ({ requests, canary, bad }: Tally): boolean => bad === 0 || canary === 0 || canary === requests;

  return {
    size,
    logRatios: (tally) => {
      if (tellsNothing(tally)) return nothing;
      const norm = norms(tally);
      return slopes.map((slope, j) => tally.canaryBad * slope - (norm[j] ?? 0));
    },
    addTo: (sums, tally) => {
      if (tellsNothing(tally)) return;
      const norm = norms(tally);
      for (let j = 0; j < size; j += 1)
        sums[j] = (sums[j] ?? 0) + (tally.canaryBad * (slopes[j] ?? 0) - (norm[j] ?? 0));
    },
  };
}

function cacheOf(psi0: number, alternatives: readonly number[]): Map<number, readonly number[]> {
  const bets = `${psi0}: ${alternatives.join()}`;
  const known = caches.get(bets);
  if (known !== undefined) return known;
  const fresh = new Map<number, readonly number[]>();
  caches.set(bets, fresh);
  return fresh;
}

/** `log E[psi^X] - log E[psi0^X]`; too large rather than too small where it is not exact. */
function logNorm(requests: number, canary: number, bad: number, psi: number, psi0: number): number {
  if (requests <= EXACT_UP_TO) return logPgf(requests, canary, bad, psi) - logPgf(requests, canary, bad, psi0);
  if (psi >= psi0 && psi0 >= 1) return logPgfRatioBound(requests, canary, bad, psi, psi0);
  throw new RangeError(`requests: more than ${EXACT_UP_TO} in one batch`);
}
