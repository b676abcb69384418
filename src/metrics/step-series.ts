/** The durations of one step of one target, in the order of the journal: columns that grow, sixteen bytes and a reference each. */
import type { DeploymentFacts } from './deployment-facts.ts';
import type { SeriesName, Way } from './metrics.ts';
import type { Period } from './period.ts';

const FIRST_ROOM = 16;

export interface StepSeries extends SeriesName {
  readonly key: string;
  readonly length: number;
  /** When it ended, in milliseconds since 1970, and how long it took, in seconds. */
  push(at: number, seconds: number, deployment: DeploymentFacts): void;
  at(index: number): number;
  seconds(index: number): number;
  deployment(index: number): DeploymentFacts;
  /** Durations of what ended in the period, as a copy. */
  secondsWithin(period: Period): Float64Array;
  /** Places of what ended in the period, oldest first; at most the newest so many. */
  placesWithin(period: Period, newest: number): readonly number[];
}

export function seriesKey({ environment, way, step, target, stage }: SeriesName): string {
  const parts = [environment, way, step, target ?? '', stage ?? ''].map(String);
  return parts.join('/').replace(/\/+$/, '');
}

export const wayOf = ({ kind }: DeploymentFacts): Way =>
  kind === 'deploy' || kind === 'promote' ? 'deploy' : 'rollback';

function grown(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(column.length * 2);
  larger.set(column);
  return larger;
}

/** The first place of ascending times that is not before `at`. */
function firstFrom(times: Float64Array, length: number, at: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function createStepSeries(name: SeriesName): StepSeries {
  let times = new Float64Array(FIRST_ROOM);
  let durations = new Float64Array(FIRST_ROOM);
  const deployments: DeploymentFacts[] = [];
  return {
    ...name,
    key: seriesKey(name),
    get length() {
      return deployments.length;
    },
    push(at, seconds, deployment) {
      const { length } = deployments;
      if (length === times.length) [times, durations] = [grown(times), grown(durations)];
      // A clock that was set back does not change the order of the journal.
      times[length] = Math.max(at, times[length - 1] ?? at);
      durations[length] = seconds;
      deployments.push(deployment);
    },
    at: (index) => times[index] ?? Number.NaN,
    seconds: (index) => durations[index] ?? Number.NaN,
    deployment(index) {
      const found = deployments[index];
      if (!found) throw new RangeError(`the series has no point ${index}`);
      return found;
    },
    secondsWithin({ since, until }) {
      const { length } = deployments;
      return durations.slice(firstFrom(times, length, since), firstFrom(times, length, until));
    },
    placesWithin({ since, until }, newest) {
      const { length } = deployments;
      const end = firstFrom(times, length, until);
      const start = Math.max(firstFrom(times, length, since), end - newest);
      return Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index);
    },
  };
}
