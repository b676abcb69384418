/** One figure: its value, how many observations it rests on, its course, its definition, and the deployments behind it. */
import { Link } from 'wouter';
import type { Figure, FigureItem } from '../../../src/metrics/metrics.ts';
import { Ago } from '../components/ago.tsx';
import { count, counted, short } from '../format.ts';
import styles from './figure-card.module.css';
import { Sparkline } from './sparkline.tsx';
import { inUnit, valueOf } from './values.ts';

export function FigureCard({ figure }: { readonly figure: Figure }) {
  const unknown = figure.value === null;
  return (
    <article className={styles['card']}>
      <h2>{figure.title}</h2>
      <p className={styles['value']} data-unknown={unknown}>
        {valueOf(figure)}
      </p>
      <p className={styles['rests']}>
        {figure.unit === 'share' ? `${count(figure.count)} of ${count(figure.n)}` : `n = ${count(figure.n)}`}
        {figure.quantiles !== null && ` · p95 ${inUnit(figure.quantiles.p95, figure.unit)}`}
      </p>
      <Sparkline points={figure.trend} unit={figure.unit} />
      {figure.caveats.map((caveat) => (
        <p key={caveat} className={styles['caveat']}>
          {caveat}
        </p>
      ))}
      <details>
        <summary>What it counts</summary>
        <p>{figure.definition}</p>
        {figure.list.length > 0 && <Items figure={figure} />}
      </details>
    </article>
  );
}

function Items({ figure }: { readonly figure: Figure }) {
  return (
    <>
      <ul className={styles['items']}>
        {figure.list.map((item) => (
          <li key={`${item.deployment} ${item.commit} ${item.at}`}>
            <Link href={`/deployments/${item.deployment}`}>
              <code>{short(item.commit)}</code>
            </Link>
            <span className={styles['note']}>{item.note ?? item.environment}</span>
            <span>{measured(item, figure)}</span>
            <Ago at={item.at} />
          </li>
        ))}
      </ul>
      {figure.listed > figure.list.length && (
        <p className="quiet">
          The newest {count(figure.list.length)} of {counted(figure.listed, 'observation')}.
        </p>
      )}
    </>
  );
}

function measured({ value, atLeast }: FigureItem, { unit }: Figure): string {
  if (unit === 's') return `${atLeast ? '≥ ' : ''}${inUnit(value, unit)}`;
  if (unit === 'share') return value === null ? '' : value === 1 ? 'counts' : 'does not count';
  return '';
}
