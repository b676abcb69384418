/** What may go wrong in a run, as probabilities; the profiles that the suites draw their runs from. */
import { type Fate, NO_FATE } from './actor.ts';

export interface Faults {
  readonly fate: Fate;
  /** Per call to a target that changes something. */
  readonly fail: number;
  readonly lostBefore: number;
  readonly lostAfter: number;
  readonly hang: number;
  readonly later: number;
  readonly lie: number;
  /** Only where a target does not enforce fences: the request lands later, even after its sender's death. */
  readonly late: number;
  /** Answered only after a while. */
  readonly slow: number;
  /** Per call to a target that only looks. */
  readonly blind: number;
  /** Per call to the store. */
  readonly storeLostBefore: number;
  readonly storeLostAfter: number;
  readonly storeSlow: number;
  /** Probability, at each call to the store, that it goes away, and for how long at most. */
  readonly outage: number;
  readonly outageMs: number;
  /** Probability that undoing is broken on a target, for a few times or always. */
  readonly undoFlaky: number;
  readonly undoBroken: number;
  readonly undoLies: number;
  /** Probability that the previous release dies when traffic leaves it. */
  readonly previousDies: number;
  /** Probability that a release is bad: never healthy, ended, or bad after a while. */
  readonly badRelease: number;
  /** Probability that letting requests through is refused. */
  readonly resumeFails: number;
  /** Probability of an operator's signal (Ctrl-C) to a run, and of a request to abort or pause. */
  readonly interrupt: number;
  readonly request: number;
}

export const NO_FAULTS: Faults = {
  fate: NO_FATE,
  fail: 0,
  lostBefore: 0,
  lostAfter: 0,
  hang: 0,
  later: 0,
  lie: 0,
  late: 0,
  slow: 0,
  blind: 0,
  storeLostBefore: 0,
  storeLostAfter: 0,
  storeSlow: 0,
  outage: 0,
  outageMs: 0,
  undoFlaky: 0,
  undoBroken: 0,
  undoLies: 0,
  previousDies: 0,
  badRelease: 0,
  resumeFails: 0,
  interrupt: 0,
  request: 0,
};

export type Mode = 'safety' | 'liveness';

export interface Profile {
  readonly mode: Mode;
  readonly faults: Faults;
  /** Deployments and rollbacks that are started side by side. */
  readonly operations: readonly [number, number];
  /** Draws only environments with a standby and data, and rollbacks that put the data back. */
  readonly standby?: true;
  /** Draws only environments whose data is to be replaced while requests cannot be held: every deployment is refused. */
  readonly unheld?: true;
  /** Draws only canaries. */
  readonly canary?: true;
}

/** Anything may happen, to anybody, at any time; only safety is judged. */
const SAFETY: Profile = {
  mode: 'safety',
  operations: [2, 4],
  faults: {
    fate: { crash: 0.008, pause: 0.004, jumpWall: 0.01 },
    fail: 0.02,
    lostBefore: 0.02,
    lostAfter: 0.03,
    hang: 0.01,
    later: 0.02,
    lie: 0.01,
    late: 0.04,
    slow: 0.03,
    blind: 0.01,
    storeLostBefore: 0.02,
    storeLostAfter: 0.02,
    storeSlow: 0.02,
    outage: 0.003,
    outageMs: 60_000,
    undoFlaky: 0.15,
    undoBroken: 0.05,
    undoLies: 0.05,
    previousDies: 0.15,
    badRelease: 0.35,
    resumeFails: 0.1,
    interrupt: 0.08,
    request: 0.25,
  },
};

/** Faults end, and nothing is broken for good: one undisturbed run must then bring everything to an end. */
const LIVENESS: Profile = {
  mode: 'liveness',
  operations: [1, 3],
  faults: {
    ...SAFETY.faults,
    fate: { crash: 0.012, pause: 0, jumpWall: 0.01 },
    undoBroken: 0,
    undoLies: 0,
    outageMs: 20_000,
  },
};

/** Only the store hiccups, for less than a lease: nothing but the runs' own time may be lost. */
const HICCUPS: Profile = {
  mode: 'liveness',
  operations: [1, 2],
  faults: {
    ...NO_FAULTS,
    storeLostBefore: 0.05,
    storeLostAfter: 0.05,
    storeSlow: 0.2,
    slow: 0.2,
    outage: 0.004,
    outageMs: 8_000,
    badRelease: 0.3,
  },
};

/** Crashes and lost answers, many of them, on a few deployments. */
const CRASHES: Profile = {
  mode: 'liveness',
  operations: [2, 4],
  faults: {
    ...NO_FAULTS,
    fate: { crash: 0.03, pause: 0, jumpWall: 0 },
    lostBefore: 0.04,
    lostAfter: 0.06,
    late: 0.15,
    badRelease: 0.3,
    previousDies: 0.2,
    undoFlaky: 0.2,
  },
};

/** Processes that stop and come back, and a store that goes away. */
const PAUSES: Profile = {
  mode: 'safety',
  operations: [3, 4],
  faults: {
    ...NO_FAULTS,
    fate: { crash: 0.002, pause: 0.02, jumpWall: 0.02 },
    outage: 0.01,
    outageMs: 60_000,
    late: 0.1,
    lostAfter: 0.03,
    badRelease: 0.3,
  },
};

/** Undoing that fails, lies, or never works. */
const UNDOING: Profile = {
  mode: 'safety',
  operations: [2, 3],
  faults: {
    ...NO_FAULTS,
    fate: { crash: 0.004, pause: 0, jumpWall: 0 },
    badRelease: 0.9,
    undoFlaky: 0.3,
    undoBroken: 0.3,
    undoLies: 0.2,
    previousDies: 0.3,
    lie: 0.04,
  },
};

/** Requests are held, and letting them through again fails more often than not. */
const HOLDING: Profile = {
  mode: 'liveness',
  operations: [1, 2],
  faults: { ...NO_FAULTS, fate: { crash: 0.002, pause: 0, jumpWall: 0 }, resumeFails: 0.75 },
};

/** Rollbacks with their data to a standby that still runs. */
const STANDBY: Profile = {
  mode: 'safety',
  operations: [2, 3],
  standby: true,
  faults: { ...NO_FAULTS, fate: { crash: 0.002, pause: 0, jumpWall: 0 }, lie: 0.01, lostAfter: 0.01 },
};

/** Data that users go on writing to while it is replaced, if anybody begins that. */
const UNHELD: Profile = {
  mode: 'safety',
  operations: [2, 3],
  unheld: true,
  faults: { ...NO_FAULTS, badRelease: 0.9, fail: 0.02 },
};

/** Canaries that die, lose answers and go bad while both releases have a share. */
const CANARY: Profile = {
  mode: 'liveness',
  operations: [2, 3],
  canary: true,
  faults: {
    ...NO_FAULTS,
    fate: { crash: 0.004, pause: 0, jumpWall: 0.002 },
    lostBefore: 0.02,
    lostAfter: 0.05,
    lie: 0.01,
    blind: 0.005,
    badRelease: 0.4,
    undoFlaky: 0.1,
    request: 0.2,
    interrupt: 0.05,
  },
};

export const PROFILES = {
  safety: SAFETY,
  liveness: LIVENESS,
  hiccups: HICCUPS,
  crashes: CRASHES,
  pauses: PAUSES,
  undoing: UNDOING,
  holding: HOLDING,
  standby: STANDBY,
  unheld: UNHELD,
  canary: CANARY,
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;

const MIX: readonly ProfileName[] = [
  'safety',
  'liveness',
  'crashes',
  'safety',
  'pauses',
  'undoing',
  'holding',
  'hiccups',
  'canary',
  'standby',
];

/** The profile of a seed in the mixed suite. */
export function profileOf(seed: number): ProfileName {
  return MIX[seed % MIX.length] ?? 'safety';
}
