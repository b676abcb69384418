/** Chance that is the same every time, so that a demo can be played again. */

export interface Chance {
  /** From 0 to 1, 1 excluded. */
  draw(): number;
  happens(share: number): boolean;
  between(low: number, high: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** Around 1, as durations are: never below 0, now and then much more. */
  spread(width: number): number;
}

/** A small counter-based generator: good enough for stories, not for secrets. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const draw = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  return {
    draw,
    happens: (share) => draw() < share,
    between: (low, high) => low + (high - low) * draw(),
    pick: (items) => items[Math.floor(draw() * items.length)] ?? items[0],
    spread: (width) => Math.exp(width * normal()),
  };
}
