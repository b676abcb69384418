/** The requests of a drawn micro-batch one by one, where the instances of the canary are told apart. */
import type { Unit } from '../../src/analysis/micro-batch.ts';
import type { Cell } from './cells.ts';
import type { Random } from './random.ts';

/** Requests that differ in what evidence is made of; all others are alike. */
const unitOf = (canary: boolean, bad: boolean, instance: string | null): Unit => ({
  canary,
  bad,
  instance,
  latencyMs: 0,
  minute: 0,
  cell: -1,
});

export interface UnitPile {
  /** @param rateOf what part of its requests each instance fails. @returns how many failed */
  addCanary(requests: number, rateOf: (instance: number) => number): number;
  addStable(requests: number, bad: number): void;
  /** Empties it. */
  take(): readonly Unit[];
}

export function createUnitPile({ instances }: Cell, random: Random): UnitPile {
  const kindsOf = (canary: boolean, instance: string | null) => ({
    good: unitOf(canary, false, instance),
    bad: unitOf(canary, true, instance),
  });
  const stable = kindsOf(false, null);
  const canaries = (instances ?? []).map((_, i) => kindsOf(true, `c${i}`));
  let units: Unit[] = [];
  const push = ({ good, bad }: typeof stable, requests: number, failed: number): void => {
    for (let at = 0; at < requests; at++) units.push(at < failed ? bad : good);
  };
  return {
    addCanary(requests, rateOf) {
      let [left, failed] = [requests, 0];
      for (const [i, kinds] of canaries.entries()) {
        const own = random.binomial(left, 1 / (canaries.length - i));
        const bad = random.binomial(own, rateOf(i));
        push(kinds, own, bad);
        left -= own;
        failed += bad;
      }
      return failed;
    },
    addStable: (requests, bad) => push(stable, requests, bad),
    take() {
      const taken = units;
      units = [];
      return taken;
    },
  };
}
