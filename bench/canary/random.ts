/** Random numbers of the canary bench: from a seed and a name, so that every rollout can be run again by itself. */

export interface Random {
  /** Above 0, below 1. */
  uniform(): number;
  normal(): number;
  exponential(): number;
  poisson(mean: number): number;
  /** How many of so many trials succeed. */
  binomial(trials: number, success: number): number;
  /** How often until the first success, that one included. */
  geometric(success: number): number;
}

/** FNV-1a: a seed for each name. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}

/** Fills the state from one number (SplitMix32). */
function splitMix(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
}

/** xoshiro128** of Blackman and Vigna: a period of 2^128, fast without 64-bit integers. */
export function createRandom(name: string, run: number): Random {
  const next = splitMix(hash(name) ^ Math.imul(run + 1, 0x85ebca6b));
  let [a, b, c, d] = [next(), next(), next(), next()];
  let spare = Number.NaN;

  function uniform(): number {
    const times5 = Math.imul(b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return ((result >>> 0) + 0.5) / 4_294_967_296;
  }

  /** Marsaglia's polar method gives two at a time. */
  function normal(): number {
    if (!Number.isNaN(spare)) {
      const value = spare;
      spare = Number.NaN;
      return value;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * factor;
      return x * factor;
    }
  }

  /** By inversion, one number for all trials: fair for some hundred of them, whose chance of 0 a double still holds. */
  function binomial(trials: number, success: number): number {
    if (success > 0.5) return trials - binomial(trials, 1 - success);
    const odds = success / (1 - success);
    let count = 0;
    let left = uniform();
    let chance = Math.exp(trials * Math.log1p(-success));
    for (; left > chance && count < trials; count++) {
      left -= chance;
      chance *= (odds * (trials - count)) / (count + 1);
    }
    return count;
  }

  /** By inversion too: for a mean of up to some hundred. */
  function poisson(mean: number): number {
    let count = 0;
    let left = uniform();
    let chance = Math.exp(-mean);
    const most = mean + 40 * Math.sqrt(mean + 1);
    for (; left > chance && count < most; count++) {
      left -= chance;
      chance *= mean / (count + 1);
    }
    return count;
  }

  return {
    uniform,
    normal,
    exponential: () => -Math.log(uniform()),
    poisson,
    binomial,
    geometric: (success) => Math.max(1, Math.ceil(Math.log(uniform()) / Math.log1p(-success))),
  };
}
