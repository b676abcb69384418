/** What a chart shows, and how uPlot is asked to draw it. */
import type uPlot from 'uplot';
import type { Tone } from '../states.ts';
import { colourOf } from './colours.ts';
import { drawBound, drawMarks } from './lines.ts';

export interface Line {
  readonly name: string;
  readonly tone: Tone;
  readonly values: readonly (number | null)[];
  readonly style: 'line' | 'step' | 'points';
}

export interface Mark {
  /** Seconds since 1970. */
  readonly x: number;
  readonly name: string;
}

export interface Plot {
  readonly title: string;
  /** Seconds since 1970, rising. */
  readonly x: readonly number[];
  readonly lines: readonly Line[];
  /** Drawn as a ground between two bounds. */
  readonly band?: {
    readonly low: readonly (number | null)[];
    readonly high: readonly (number | null)[];
    readonly tone: Tone;
  };
  /** Of the y axis: what is measured, and in what. */
  readonly unit: string;
  readonly format: (value: number) => string;
  /** Where the axis begins and ends, where that is not for the values to say. */
  readonly range?: readonly [number, number];
  readonly logarithmic?: boolean;
  readonly bound?: { readonly value: number; readonly name: string; readonly tone: Tone };
  readonly marks?: readonly Mark[];
}

const FONT = '12px system-ui, sans-serif';

export function dataOf({ x, lines, band }: Plot): uPlot.AlignedData {
  const bounds = band === undefined ? [] : [band.low, band.high];
  return [x, ...bounds, ...lines.map((line) => line.values)].map((values) => [
    ...values,
  ]) as unknown as uPlot.AlignedData;
}

/** @param draw uPlot's own ways to draw a path, from the part that is loaded when a chart is shown */
export function optionsOf(plot: Plot, width: number, height: number, draw: typeof uPlot): uPlot.Options {
  const soft = colourOf('ink-soft');
  const grid = { stroke: colourOf('line'), width: 1 };
  const axis = { stroke: soft, font: FONT, grid, ticks: { ...grid, size: 4 } };
  return {
    width,
    height,
    padding: [18, 12, 0, 0],
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    legend: { markers: { width: 2 } },
    scales: { y: scaleOf(plot) },
    axes: [
      { ...axis, space: 72, values: (_, splits, __, ___, step) => splits.map((at) => timeLabel(at, step)) },
      {
        ...axis,
        label: plot.unit,
        labelFont: FONT,
        labelSize: 20,
        labelGap: 0,
        size: 56,
        space: 32,
        values: (_, splits) => splits.map((value) => (value === null ? '' : plot.format(value))),
      },
    ],
    series: seriesOf(plot, draw),
    bands: plot.band === undefined ? [] : [{ series: [2, 1], fill: colourOf(`${plot.band.tone}-ground`) }],
    hooks: {
      draw: [
        (chart) => drawMarks(chart, plot.marks ?? [], soft),
        (chart) => drawBound(chart, plot.bound, colourOf(plot.bound?.tone ?? 'red'), colourOf('surface')),
      ],
    },
  };
}

/** As exact as the distance between two labels, local time.
 * @param step seconds between two */
function timeLabel(at: number, step: number): string {
  const text = new Date(at * 1_000).toLocaleString('sv-SE');
  if (step >= 86_400) return text.slice(5, 10);
  return step >= 60 ? text.slice(11, 16) : text.slice(11, 19);
}

/** The bound is always in sight: how far away it is, is what one looks for. */
function scaleOf({ range, logarithmic, bound }: Plot): uPlot.Scale {
  if (logarithmic === true) {
    const distance: uPlot.Scale.Range = (_, low, high) => [Math.min(low, 0.1), Math.max(high, bound?.value ?? 1) * 2];
    return { distr: 3, log: 10, range: range === undefined ? distance : [range[0], range[1]] };
  }
  if (range !== undefined) return { range: [range[0], range[1]] };
  return { range: (_, __, high) => [0, Math.max(high, bound?.value ?? 0, 1e-9) * 1.1] };
}

function seriesOf({ lines, band, format }: Plot, draw: typeof uPlot): uPlot.Series[] {
  const value = (_: uPlot, raw: number | null) => (raw === null ? '–' : format(raw));
  const edge = (name: string, tone: Tone): uPlot.Series => ({
    label: name,
    stroke: colourOf(tone),
    width: 0.5,
    points: { show: false },
    value,
  });
  const bounds = band === undefined ? [] : [edge('low', band.tone), edge('high', band.tone)];
  const { stepped } = draw.paths;
  return [
    { value: (_, raw) => (raw === null ? '–' : new Date(raw * 1_000).toLocaleString('sv-SE').slice(0, 16)) },
    ...bounds,
    ...lines.map(({ name, tone, style }): uPlot.Series => ({
      label: name,
      stroke: colourOf(tone),
      width: style === 'points' ? 0 : 1.75,
      points: { show: style === 'points', size: 5, fill: colourOf(tone) },
      value,
      ...(style === 'step' && stepped !== undefined ? { paths: stepped({ align: 1 }) } : {}),
      ...(style === 'points' ? { paths: () => null } : {}),
    })),
  ];
}
