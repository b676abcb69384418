/** The course of a figure in one line; its figures are in the card and the charts, so it is not read aloud. */
import type { FigurePoint, FigureUnit } from '../../../src/metrics/metrics.ts';
import { inUnit } from './values.ts';
import styles from './sparkline.module.css';

const WIDTH = 200;
const HEIGHT = 32;

interface SparklineProps {
  readonly points: readonly FigurePoint[];
  readonly unit: FigureUnit;
}

export function Sparkline({ points, unit }: SparklineProps) {
  const known = points.flatMap((point, at) => (point.value === null ? [] : [{ at, value: point.value }]));
  const most = Math.max(...known.map((point) => point.value), 0);
  if (known.length < 2) return <div className={styles['line']} />;
  const x = (at: number) => ((at / (points.length - 1)) * (WIDTH - 4) + 2).toFixed(1);
  const y = (value: number) => (HEIGHT - 3 - (most === 0 ? 0 : value / most) * (HEIGHT - 6)).toFixed(1);
  const path = known.map((point, index) => `${index === 0 ? 'M' : 'L'}${x(point.at)} ${y(point.value)}`).join('');
  const last = known.at(-1);
  return (
    <svg className={styles['line']} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <title>{`from 0 to ${inUnit(most, unit)}`}</title>
      <path className={styles['ground']} d={`M0 ${HEIGHT - 1}H${WIDTH}`} />
      <path className={styles['course']} d={path} />
      {last !== undefined && <path className={styles['last']} d={`M${x(last.at)} ${y(last.value)}h0`} />}
    </svg>
  );
}
