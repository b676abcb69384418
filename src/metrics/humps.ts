/** Durations with two humps that take turns (a build that is cached, or not): which of them belong to the larger one. */

/** The humps are at least so far apart, as a ratio, at the gap between them. */
const GAP = 1.5;

/** Each has so many of the values, and so they are no outliers. */
const LEAST_SHARE = 0.1;
const LEAST_COUNT = 3;

/** A step that got slower for good changes sides once: what goes to and fro is two humps. */
const MANY_TURNS = 4;
/** Seldom, but for more than one value at a time: a cache that holds for a while. One alone is an outlier. */
const LONG_TURNS = 2;

const turnsOf = (sides: readonly boolean[]): number =>
  sides.filter((side, place) => place > 0 && side !== sides[place - 1]).length;

function takeTurns(sides: readonly boolean[]): boolean {
  const isAlone = (place: number) => sides[place - 1] !== sides[place] && sides[place + 1] !== sides[place];
  const long = sides.filter((_, place) => !isAlone(place));
  return turnsOf(sides) >= MANY_TURNS || turnsOf(long) >= LONG_TURNS;
}

/** The value at which the upper hump begins; null where there is one hump. */
function upperFrom(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const least = Math.max(LEAST_COUNT, Math.ceil(sorted.length * LEAST_SHARE));
  let widest = { ratio: GAP, from: null as number | null };
  for (let place = least; place <= sorted.length - least; place++) {
    const [below = 0, above = 0] = [sorted[place - 1], sorted[place]];
    const ratio = above / Math.max(below, Number.MIN_VALUE);
    if (ratio > widest.ratio) widest = { ratio, from: above };
  }
  return widest.from;
}

/** Places of the values that may be compared with one another: all of them, or those of the larger of two humps. */
export function comparable(values: readonly number[]): readonly number[] {
  const all = values.map((_, place) => place);
  const from = upperFrom(values);
  if (from === null) return all;
  const isUpper = values.map((value) => value >= from);
  if (!takeTurns(isUpper)) return all;
  const uppers = isUpper.filter(Boolean).length;
  const wanted = uppers * 2 >= values.length;
  return all.filter((place) => isUpper[place] === wanted);
}
