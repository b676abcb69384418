/** The measurements of a canary as three charts. Pure. */
import type { Measurement } from '../../../src/server/api/deployments.ts';
import type { Mark, Plot } from '../charts/plot.ts';
import { count, percent } from '../format.ts';

/** Beyond these a chart shows nothing more, and its axis would hide what matters; on a logarithmic one there is no 0. */
const [LEAST_RATIO, MOST_RATIO] = [0.05, 20];

const secondsOf = (looks: readonly Measurement[]): number[] => looks.map((look) => Date.parse(look.at) / 1_000);
const times = (value: number): string => `${Number(value.toPrecision(2))}x`;

/** Where a stage began. */
function stageMarks(looks: readonly Measurement[]): Mark[] {
  return looks.flatMap((look, at) => {
    const before = looks[at - 1];
    return before !== undefined && before.stage !== look.stage
      ? [{ x: Date.parse(look.at) / 1_000, name: percent(look.share) }]
      : [];
  });
}

export function sharePlot(looks: readonly Measurement[]): Plot {
  return {
    title: 'Traffic at the candidate',
    unit: 'share of the traffic',
    format: percent,
    range: [0, 1],
    x: secondsOf(looks),
    lines: [{ name: 'candidate', tone: 'blue', style: 'step', values: looks.map((look) => look.share) }],
  };
}

export function ratioPlot(looks: readonly Measurement[]): Plot {
  const of = (pick: (ratio: NonNullable<Measurement['errorRatio']>) => number) =>
    looks.map((look) =>
      look.errorRatio === null ? null : Math.min(Math.max(pick(look.errorRatio), LEAST_RATIO), MOST_RATIO),
    );
  return {
    title: 'Errors against the stable release',
    unit: 'times as many (log)',
    format: times,
    logarithmic: true,
    // Twice as many and half as many lie as far from the stable release.
    range: [LEAST_RATIO, MOST_RATIO],
    x: secondsOf(looks),
    band: { tone: 'violet', low: of((ratio) => ratio.low), high: of((ratio) => ratio.high) },
    lines: [{ name: 'estimate', tone: 'violet', style: 'line', values: of((ratio) => ratio.value) }],
    bound: { value: 1, name: 'as the stable release', tone: 'grey' },
    marks: stageMarks(looks),
  };
}

export function evidencePlot(looks: readonly Measurement[]): Plot {
  const bound = looks.findLast((look) => look.evidence !== null)?.evidence?.bound;
  return {
    title: 'Evidence against the candidate',
    unit: 'strength (log)',
    format: (value) => count(Number(value.toPrecision(2))),
    logarithmic: true,
    x: secondsOf(looks),
    lines: [
      {
        name: 'evidence',
        tone: 'amber',
        style: 'line',
        values: looks.map((look) => (look.evidence === null ? null : Math.max(look.evidence.value, 0.01))),
      },
    ],
    ...(bound === undefined
      ? {}
      : { bound: { value: bound, name: `goes back at ${count(Number(bound.toPrecision(3)))}`, tone: 'red' } }),
    marks: stageMarks(looks),
  };
}
