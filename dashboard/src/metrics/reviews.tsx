/** What to look at: steps that have got slower, and practices whose time has come. */
import { Link } from 'wouter';
import type { Regression, Review } from '../../../src/metrics/metrics.ts';
import { Ago } from '../components/ago.tsx';
import { Badge } from '../components/badge.tsx';
import { Panel } from '../components/panel.tsx';
import type { State } from '../states.ts';
import styles from './reviews.module.css';

const STATES: Readonly<Record<Review['state'], State>> = {
  due: { shape: 'ring', tone: 'amber', word: 'look at it' },
  fine: { shape: 'circle', tone: 'green', word: 'fine' },
  'not-checked': { shape: 'dash', tone: 'grey', word: 'not checked' },
};
const SLOWER: State = { shape: 'triangle', tone: 'amber', word: 'slower' };

interface ReviewsProps {
  readonly reviews: readonly Review[];
  readonly regressions: readonly Regression[];
}

export function Reviews({ reviews, regressions }: ReviewsProps) {
  const due = reviews.filter((review) => review.state === 'due');
  const rest = reviews.filter((review) => review.state !== 'due');
  return (
    <Panel title="To look at" flush>
      <ul className={styles['list']}>
        {regressions.map((regression) => (
          <li key={regression.series}>
            <Badge state={SLOWER} />
            <p>
              {regression.text}{' '}
              <Link href={`/deployments/${regression.deployment}`}>
                since <Ago at={regression.at} />
              </Link>
            </p>
          </li>
        ))}
        {due.map((review) => (
          <Told key={review.key} review={review} />
        ))}
        {regressions.length + due.length === 0 && (
          <li className="quiet">Nothing has got slower, and no practice is due.</li>
        )}
      </ul>
      {rest.length > 0 && (
        <details className={styles['rest']}>
          <summary>Watched besides</summary>
          <ul className={styles['list']}>
            {rest.map((review) => (
              <Told key={review.key} review={review} />
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
}

function Told({ review }: { readonly review: Review }) {
  return (
    <li>
      <Badge state={STATES[review.state]} />
      <p>
        {review.practice} <span className="quiet">{review.why}</span>
      </p>
    </li>
  );
}
