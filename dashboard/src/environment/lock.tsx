/** Who holds the lock, why, and when they were heard last. */
import { Link } from 'wouter';
import type { EnvironmentCard } from '../../../src/server/api/overview.ts';
import { Ago } from '../components/ago.tsx';
import { Outward } from '../components/outward.tsx';
import { Shape } from '../components/shape.tsx';
import { duration } from '../format.ts';
import styles from './frozen.module.css';

export function Lock({ lock }: { readonly lock: NonNullable<EnvironmentCard['lock']> }) {
  return (
    <div className={styles['frozen']}>
      <div className={styles['one']}>
        <Shape name="lock" tone={lock.expired === true ? 'amber' : 'grey'} />
        <p>
          locked by {lock.holder}
          {lock.reason !== null && `: ${lock.reason}`}{' '}
          <span className="quiet">
            since <Ago at={lock.since} />, heard {duration(lock.silentMs)} ago
            {lock.expired === true && ': expired, the next deployment takes over'}
          </span>{' '}
          {lock.deployment !== null && <Link href={`/deployments/${lock.deployment}`}>its deployment</Link>}{' '}
          {lock.ci !== null && <Outward href={lock.ci}>its CI run</Outward>}
        </p>
      </div>
    </div>
  );
}
