/** What happens in an environment now, or happened last: one place of one height, so that nothing below it moves. */
import { Link } from 'wouter';
import type { EnvironmentCard } from '../../../src/server/api/overview.ts';
import { Ago, Elapsed } from '../components/ago.tsx';
import { Badge } from '../components/badge.tsx';
import { Progress } from '../components/progress.tsx';
import { useMoment } from '../components/use-now.ts';
import { percent, roughly, short } from '../format.ts';
import { outcomeState } from '../states.ts';
import styles from './now.module.css';

type Running = NonNullable<EnvironmentCard['running']>;

const DOING: Readonly<Record<Running['kind'], string>> = {
  deploy: 'Deploying',
  rollback: 'Rolling back to',
  promote: 'Promoting',
  restore: 'Restoring',
};

export function Now({ card }: { readonly card: EnvironmentCard }) {
  return (
    <div className={styles['now']}>
      {card.running === null ? <Last last={card.last} /> : <Run running={card.running} />}
    </div>
  );
}

function Last({ last }: { readonly last: EnvironmentCard['last'] }) {
  if (last === null) return <p className="quiet">Nothing has happened here yet.</p>;
  return (
    <p className={styles['line']}>
      <span className="quiet">last:</span>
      <Badge state={outcomeState(last.outcome)} />
      <Link href={`/deployments/${last.deployment}`}>
        <Ago at={last.at} />
      </Link>
      {last.reason !== null && (
        <span className={styles['reason']} title={last.reason}>
          {last.reason}
        </span>
      )}
    </p>
  );
}

function Run({ running }: { readonly running: Running }) {
  const left = useMoment((now) => leftOf(running, now));
  const step = running.title ?? running.step ?? (running.done === 0 ? 'beginning' : 'between two steps');
  return (
    <Link href={`/deployments/${running.deployment}`} className={styles['run']}>
      <span className={styles['line']}>
        <Badge
          state={{
            shape: 'half',
            tone: 'blue',
            word: running.direction === 'backward' ? 'Going back' : DOING[running.kind],
          }}
        />
        <code>{short(running.release)}</code>
        <span className={styles['reason']}>
          step {Math.min(running.done + 1, running.total)} of {running.total}: {step}
          {running.share !== null && ` · ${percent(running.share)} of the traffic`}
        </span>
        <span className={styles['left']}>
          <Elapsed from={running.startedAt} to={null} />
          {left !== '' && ` · ${left}`}
        </span>
      </span>
      <Progress done={running.done} total={running.total} label="Steps done" />
    </Link>
  );
}

/** By how long it took before; nothing when that is not known. */
function leftOf({ expectedMs, startedAt }: Running, now: number): string {
  if (expectedMs === null) return '';
  const left = expectedMs - (now - Date.parse(startedAt));
  return left > 0 ? `about ${roughly(left)} left` : `longer than the usual ${roughly(expectedMs)}`;
}
