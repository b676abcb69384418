/** Whether a step that got slower is found, and one that did not is left in peace: simulated pipelines of twelve steps. */
import { createRandom } from './canary/random.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { createPipeline, type Shape, STEPS } from './support/pipeline-series.ts';
import { NO_FIGURE, verdict } from './support/statistics.ts';

const QUIET: Shape = { name: 'quiet', spread: 0.15 };
const BUSY: Shape = { name: 'busy', spread: 0.3 };
const CACHED: Shape = { name: 'cached now and then', spread: 0.15, cached: 0.3 };
const STICKY: Shape = { name: 'cached in runs', spread: 0.15, cached: 0.3, sticky: 0.7 };
const OUTLIERS: Shape = { name: 'ten times as long now and then', spread: 0.15, outliers: 0.05 };
const SHAPES = [QUIET, BUSY, CACHED, STICKY, OUTLIERS];

const LOOKS = 1_000;
const LIVES = 60;
const LIFE = 200;
const PIPELINES = 200;
const BEFORE = 40;
const CHANGED = 'production/deploy/step-0/web';

const percent = (share: number): number => Math.round(share * 1_000) / 10;

/** One look at a pipeline in which nothing has changed, at every length from 20 to 80 deployments. */
function falseAlarms(shape: Shape): BenchRow {
  let alarms = 0;
  for (let number = 0; number < LOOKS; number++) {
    const pipeline = createPipeline(shape, createRandom(`alarm ${shape.name}`, number));
    for (let deployment = 0; deployment < 20 + (number % 61); deployment++) pipeline.deploy(1);
    if (pipeline.look().length > 0) alarms += 1;
  }
  const share = alarms / LOOKS;
  // In runs, deployments are no independent draws: said, and not promised.
  const judged = shape === STICKY ? NO_FIGURE : verdict('≤ 1 %', share <= 0.01);
  return {
    case: `nothing changed, one look: ${shape.name}`,
    n: LOOKS,
    '%': percent(share),
    'after (median)': '–',
    ...judged,
  };
}

/** A look after every one of 200 deployments: whether there was ever a false alarm. */
function falseAlarmsOverLife(shape: Shape): BenchRow {
  let alarmed = 0;
  for (let number = 0; number < LIVES; number++) {
    const pipeline = createPipeline(shape, createRandom(`life ${shape.name}`, number));
    for (let deployment = 0; deployment < LIFE; deployment++) {
      pipeline.deploy(1);
      if (pipeline.look().length === 0) continue;
      alarmed += 1;
      break;
    }
  }
  const name = `nothing changed, ever an alarm in ${LIFE} looks: ${shape.name}`;
  return { case: name, n: LIVES, '%': percent(alarmed / LIVES), 'after (median)': '–', ...NO_FIGURE };
}

/** How many are found within 20 deployments of the change, and after how many of them. */
function found(shape: Shape, factor: number, toReach: number | null): BenchRow {
  const after: number[] = [];
  for (let number = 0; number < PIPELINES; number++) {
    const pipeline = createPipeline(shape, createRandom(`found ${shape.name} ${factor}`, number));
    for (let deployment = 0; deployment < BEFORE; deployment++) pipeline.deploy(1);
    for (let deployment = 1; deployment <= 20; deployment++) {
      pipeline.deploy(factor);
      if (!pipeline.look().includes(CHANGED)) continue;
      after.push(deployment);
      break;
    }
  }
  const share = after.length / PIPELINES;
  const name = `${Math.round((factor - 1) * 100)} % slower: ${shape.name}`;
  const middle = after.toSorted((a, b) => a - b)[Math.floor(after.length / 2)] ?? '–';
  const judged = toReach === null ? NO_FIGURE : verdict(`≥ ${toReach} %`, share * 100 >= toReach);
  return { case: name, n: PIPELINES, '%': percent(share), 'after (median)': middle, ...judged };
}

export const bench: Bench = {
  title: `Steps that got slower: one of ${STEPS}, after ${BEFORE} deployments, looked at after each of the next 20`,
  run() {
    const rows = [
      ...SHAPES.map(falseAlarms),
      ...[QUIET, CACHED, STICKY].map(falseAlarmsOverLife),
      ...[1.2, 1.4, 2].map((factor) => found(QUIET, factor, factor > 1.2 ? 95 : null)),
      ...[1.2, 1.4, 2].map((factor) => found(BUSY, factor, factor === 2 ? 95 : null)),
      ...[1.2, 1.4, 2].map((factor) => found(CACHED, factor, null)),
      ...[1.2, 1.4, 2].map((factor) => found(OUTLIERS, factor, null)),
    ];
    return Promise.resolve(rows);
  },
};
