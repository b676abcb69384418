/** A chart with its title, and the table behind it for those who read figures rather than lines. */
import { lazy, Suspense, useId, useState } from 'react';
import { exact } from '../format.ts';
import styles from './chart.module.css';
import type { Line, Plot } from './plot.ts';

const Canvas = lazy(async () => ({ default: (await import('./canvas.tsx')).Canvas }));
const HEIGHT = 200;

export function Chart({ plot, note }: { readonly plot: Plot; readonly note?: string }) {
  const title = useId();
  const [open, setOpen] = useState(false);
  return (
    <figure className={styles['chart']} aria-labelledby={title}>
      <figcaption id={title} className={styles['title']}>
        {plot.title}
        {note !== undefined && <span className={styles['note']}>{note}</span>}
      </figcaption>
      <div className={styles['place']}>
        <Suspense fallback={null}>
          <Canvas plot={plot} height={HEIGHT} />
        </Suspense>
      </div>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>As a table</summary>
        {open && <Figures plot={plot} />}
      </details>
    </figure>
  );
}

/** Everything that is drawn has a column. */
function columnsOf({ lines, band }: Plot): readonly Pick<Line, 'name' | 'values'>[] {
  if (band === undefined) return lines;
  return [...lines, { name: 'low', values: band.low }, { name: 'high', values: band.high }];
}

/** What began between a point and the one before it. */
function marksAt({ x, marks = [] }: Plot, at: number): string {
  const [from, to] = [x[at - 1] ?? 0, x[at] ?? 0];
  const since = marks.filter((mark) => mark.x > from && mark.x <= to);
  return since.map((mark) => mark.name).join(', ');
}

function Figures({ plot }: { readonly plot: Plot }) {
  const columns = columnsOf(plot);
  const marked = (plot.marks ?? []).length > 0;
  const show = (value: number | null | undefined) => (value == null ? '–' : plot.format(value));
  return (
    <div className={styles['figures']} role="region" aria-label={`${plot.title}: figures`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {columns.map((column) => (
              <th key={column.name} scope="col">
                {column.name}
              </th>
            ))}
            {marked && <th scope="col">Mark</th>}
          </tr>
        </thead>
        <tbody>
          {plot.x.map((x, at) => (
            // Two points may share a moment.
            <tr key={`${x} ${at}`}>
              <td>{exact(new Date(x * 1_000).toISOString())}</td>
              {columns.map((column) => (
                <td key={column.name}>{show(column.values[at])}</td>
              ))}
              {marked && <td>{marksAt(plot, at)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
