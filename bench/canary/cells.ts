/** The rollouts that are simulated: traffic, share, what is wrong with the new release, and what besides it goes wrong. */

/** From when (seconds) which share of the requests goes to the canary. */
export type Shares = readonly (readonly [t: number, share: number])[];

export interface Cell {
  readonly name: string;
  /** Error rate of the stable release in quiet times. */
  readonly errors: number;
  readonly shares: Shares;
  readonly seconds: number;
  readonly ratePerSecond: number;
  /** How many times the stable error rate the candidate has; 1: it is good. */
  readonly ratio: number;
  /** Seconds after which the candidate gets bad. */
  readonly onset: number;
  readonly load: 'flat' | 'diurnal' | 'bursty';
  /** What moves the error rate (and latency) of both releases. */
  readonly shared: 'flat' | 'drift' | 'outages' | 'ar1' | 'all';
  /** Null: latency is neither simulated nor judged. */
  readonly latency: 'same' | '+10%' | '+50%' | 'tail' | null;
  /** Errors come in runs of this mean length, from one client each; null: each for itself. */
  readonly retries: number | null;
  /** The candidate's first seconds have this many times the errors although it is good. */
  readonly cold: { readonly seconds: number; readonly ratio: number } | null;
  /** Instances of the candidate, with the ratio of each. */
  readonly instances: readonly number[] | null;
}

export const ALWAYS = (share: number): Shares => [[0, share]];
export const RAMP: Shares = [
  [0, 0.05],
  [300, 0.25],
  [600, 0.5],
];
export const RAMP_SECONDS = 1_200;

const PLAIN: Omit<Cell, 'name'> = {
  errors: 0.01,
  shares: ALWAYS(0.05),
  seconds: 1_800,
  ratePerSecond: 50,
  ratio: 1,
  onset: 0,
  load: 'flat',
  shared: 'flat',
  latency: null,
  retries: null,
  cold: null,
  instances: null,
};

const cell = (name: string, differs: Partial<Cell> = {}): Cell => ({ ...PLAIN, ...differs, name });
const ramp = { shares: RAMP, seconds: RAMP_SECONDS } as const;
const rough = { load: 'bursty', shared: 'all' } as const;
const slow = { errors: 0.001, latency: 'same' } as const;

/** Good releases: each rollback is a false one. */
export const NULLS: readonly Cell[] = [
  cell('1 % errors, 5 % share'),
  cell('1 %, 10 %', { shares: ALWAYS(0.1) }),
  cell('0.1 %, 5 %', { errors: 0.001 }),
  cell('5 %, 50 %', { errors: 0.05, shares: ALWAYS(0.5) }),
  cell('1 %, 5 %, drift', { load: 'diurnal', shared: 'drift' }),
  cell('1 %, 5 %, outages of both', { load: 'bursty', shared: 'outages' }),
  cell('1 %, 5 %, AR(1)', { shared: 'ar1' }),
  cell('1 %, 10 %, drift, outages, AR(1)', { ...rough, shares: ALWAYS(0.1) }),
  cell('1 %, ramp 5/25/50 %, drift', { ...ramp, load: 'diurnal', shared: 'drift' }),
  cell('1 %, ramp 5/25/50 %, drift, outages, AR(1)', { ...rough, ...ramp }),
  cell('1 %, 10 %, 1 request a second', { shares: ALWAYS(0.1), ratePerSecond: 1 }),
  cell('1 %, 10 %, 5 requests a second', { shares: ALWAYS(0.1), ratePerSecond: 5 }),
  cell('latency, 5 %', slow),
  cell('latency, 5 %, drift, spikes, AR(1)', { ...slow, ...rough }),
  cell('latency, ramp, drift, spikes, AR(1)', { ...slow, ...rough, ...ramp }),
];

/** Bad releases: how soon, and at what price. */
export const ERROR_CELLS: readonly Cell[] = [
  ...[1.5, 2, 5, 20].map((ratio) => cell(`1 %, 5 %, x${ratio}`, { ratio })),
  ...[2, 5, 20].map((ratio) => cell(`1 %, 10 %, x${ratio}`, { ratio, shares: ALWAYS(0.1) })),
  ...[5, 20].map((ratio) => cell(`0.1 %, 5 %, x${ratio}`, { ratio, errors: 0.001 })),
  ...[2, 5].map((ratio) => cell(`1 %, ramp, x${ratio}`, { ...ramp, ratio })),
  cell('1 %, 5 %, x5, drift, outages, AR(1)', { ...rough, ratio: 5 }),
  ...[2, 5, 20].map((ratio) => cell(`1 %, 5 %, x${ratio} from minute 10`, { ratio, onset: 600 })),
];

export const LATENCY_CELLS: readonly Cell[] = [
  cell('5 %, tail of 5 % +2 s', { ...slow, latency: 'tail' }),
  cell('5 %, +50 %', { ...slow, latency: '+50%' }),
  cell('5 %, +10 %', { ...slow, latency: '+10%' }),
  cell('ramp, tail', { ...slow, ...ramp, latency: 'tail' }),
  cell('5 %, +50 %, drift, spikes, AR(1)', { ...slow, ...rough, latency: '+50%' }),
  cell('5 %, tail from minute 10', { ...slow, latency: 'tail', onset: 600 }),
  cell('errors x5 at 1 %, latency equal', { latency: 'same', ratio: 5 }),
];

/** Worse, but no more than is tolerated. */
export const TOLERATED = cell('1 %, 5 %, x1.2 where x1.25 is tolerated', { ratio: 1.2 });

/** What breaks every method that counts requests, and what is done about it. */
export const CONFOUNDED = {
  retries: cell('1 %, 10 %, retries of about 4', { shares: ALWAYS(0.1), retries: 4 }),
  cold: cell('1 %, 10 %, cold start x5 for 60 s', { shares: ALWAYS(0.1), cold: { seconds: 60, ratio: 5 } }),
  coldBad: cell('1 %, 10 %, x20 all along', { shares: ALWAYS(0.1), ratio: 20 }),
  sickNode: cell('1 %, 10 %, one of 4 instances x20', { shares: ALWAYS(0.1), instances: [20, 1, 1, 1] }),
  sickRelease: cell('1 %, 10 %, all 4 instances x5', { shares: ALWAYS(0.1), instances: [5, 5, 5, 5] }),
} as const;

export const PROMOTION = {
  good: cell('good, 1 %, 5 %', { ratio: 1 }),
  atLimit: cell('at the limit: x2, 1 %, 5 %', { ratio: 2 }),
} as const;
