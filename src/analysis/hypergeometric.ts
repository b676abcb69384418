/**
 * How many of the bad requests of a batch went to the canary, if the versions are equally bad: hypergeometric,
 * whatever the error rate, the load or an outage did in that second. Its probability generating function is
 * what a bet on an odds ratio is divided by (Turner and Gruenwald 2023; Fisher's noncentral hypergeometric).
 */
import { logChoose } from './log-factorial.ts';

/** Beyond so many requests in one batch the closed bound stands in: the sum has lost its digits by then. */
export const EXACT_UP_TO = 2 ** 30;
/** Terms this much smaller than the largest change no digit of the sum. */
const NEGLIGIBLE = 1e-19;

/**
 * `log E[psi^X]`, X ~ Hypergeometric(`requests`; `canary`, `bad`). The sum runs outwards from its largest term, so
 * that it takes `O(sqrt(bad))` steps and no logarithm a term.
 */
export function logPgf(requests: number, canary: number, bad: number, psi: number): number {
  const stable = requests - canary;
  const low = Math.max(0, bad - stable);
  const high = Math.min(canary, bad);
  if (low === high) return low * Math.log(psi);
  const mode = Math.min(high, Math.max(low, likeliest(requests, canary, bad, psi)));
  const start =
    logChoose(canary, mode) + logChoose(stable, bad - mode) - logChoose(requests, bad) + mode * Math.log(psi);
  let sum = 1;
  for (let x = mode, term = 1; x < high && term > NEGLIGIBLE; x += 1) {
    term *= (((canary - x) / (x + 1)) * (bad - x) * psi) / (stable - bad + x + 1);
    sum += term;
  }
  for (let x = mode, term = 1; x > low && term > NEGLIGIBLE; x -= 1) {
    term *= ((x / (canary - x + 1)) * (stable - bad + x)) / ((bad - x + 1) * psi);
    sum += term;
  }
  return start + Math.log(sum);
}

/**
 * `log E[psi^X] - log E[psi0^X]` from above, for `psi >= psi0 >= 1`: drawing without putting back is less dispersed
 * than drawing with it (Hoeffding 1963). Tight while `bad` is a small part of `requests`.
 */
export function logPgfRatioBound(requests: number, canary: number, bad: number, psi: number, psi0: number): number {
  const stable = requests - canary;
  return bad * Math.log((canary * psi + stable) / (canary * psi0 + stable));
}

/** Mode of Fisher's noncentral hypergeometric distribution (Fog 2008). */
function likeliest(requests: number, canary: number, bad: number, psi: number): number {
  const a = 1 - psi;
  const b = (canary + bad + 2) * psi - (canary + bad - requests);
  const c = -(canary + 1) * (bad + 1) * psi;
  return Math.floor((-2 * c) / (b + Math.sqrt(Math.max(0, b * b - 4 * a * c))));
}
