/** uPlot in React: drawn anew when the size, the colours or what is shown change. */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useColourScheme } from './colours.ts';
import { dataOf, optionsOf, type Plot } from './plot.ts';

export function Canvas({ plot, height }: { readonly plot: Plot; readonly height: number }) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useColourScheme();
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const chart = new uPlot(optionsOf(plot, element.clientWidth, height, uPlot), dataOf(plot), element);
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [plot, height, scheme]);
  return <div ref={place} aria-hidden="true" />;
}
