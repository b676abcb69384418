/** When a team works, and how long its steps take. */
import type { DemoAct } from '../../project-demo.ts';
import type { Chance } from './chance.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const OPENS = 7;
const CLOSES = 17;

const hourOf = (at: number): number => new Date(at).getUTCHours();
const isWeekend = (at: number): boolean => [0, 6].includes(new Date(at).getUTCDay());

/** The moment itself while people are at work, else the next morning of a working day. */
export function nextWorkingHour(at: number): number {
  if (!isWeekend(at) && hourOf(at) >= OPENS && hourOf(at) < CLOSES) return at;
  const morning = Math.floor(at / DAY) * DAY + OPENS * HOUR + (at % HOUR);
  let next = morning > at ? morning : morning + DAY;
  while (isWeekend(next)) next += DAY;
  return next;
}

/** So many moments between two others, most of them in working hours; oldest first. */
export function commitTimes(chance: Chance, count: number, from: number, to: number): readonly number[] {
  const times = Array.from({ length: count }, () => {
    const at = chance.between(from, to);
    return chance.happens(0.95) ? nextWorkingHour(at) : at;
  });
  return times.filter((at) => at < to).toSorted((a, b) => a - b);
}

/** From here on, the build of the web application takes longer, everywhere. */
const SLOWER_FOR = 30 * DAY;
const SLOWER = 1.5;

const MEDIANS: Readonly<Record<string, number>> = {
  'stage api': 38_000,
  'stage web': 61_000,
  'activate api': 4_000,
  'activate web': 6_500,
  'check web': 1_200,
};

/** A build is cached now and then. */
const CACHED = { share: 0.08, factor: 0.4 };

export type PaceAt = (chance: Chance, environment: string, at: number) => DemoAct['pace'];

export function createPace(ends: number): PaceAt {
  return (chance, environment, at) => (step, target) => {
    const median = MEDIANS[`${step} ${target}`] ?? 1_000;
    const size = environment === 'preview' ? 0.8 : 1;
    const cached = step === 'stage' && chance.happens(CACHED.share) ? CACHED.factor : 1;
    const slower = step === 'stage' && target === 'web' && at > ends - SLOWER_FOR ? SLOWER : 1;
    return median * size * cached * slower * chance.spread(0.15);
  };
}
