/** The delivery figures, each with what it rests on and what it means. */
import type { Figure, Metrics } from '../../../src/metrics/metrics.ts';
import { FigureCard } from './figure-card.tsx';
import styles from './figures.module.css';

export function FigureGrid({ metrics }: { readonly metrics: Metrics }) {
  const { dora, successRate, pipelineFailureRate, duration } = metrics;
  const figures: readonly Figure[] = [
    dora.deploymentFrequency,
    dora.changeLeadTime,
    dora.changeFailRate,
    dora.recoveryTime,
    successRate,
    pipelineFailureRate,
    duration,
    dora.reworkRate,
  ];
  return (
    <section className={styles['grid']} aria-label="Figures">
      {figures.map((figure) => (
        <FigureCard key={figure.title} figure={figure} />
      ))}
    </section>
  );
}
