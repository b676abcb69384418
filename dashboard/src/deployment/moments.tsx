/** Everything else that the record says of a deployment. */
import type { DeploymentDetail } from '../../../src/server/api/deployments.ts';
import { Ago } from '../components/ago.tsx';
import { Panel } from '../components/panel.tsx';
import styles from './moments.module.css';

export function Moments({ moments }: { readonly moments: DeploymentDetail['moments'] }) {
  if (moments.length === 0) return null;
  return (
    <Panel title="From the record" flush>
      <ol className={styles['moments']}>
        {moments.map((moment) => (
          <li key={moment.n}>
            <span className={styles['text']}>
              {moment.text}
              <span className="quiet"> · {moment.actor}</span>
            </span>
            <span className={styles['at']}>
              <Ago at={moment.at} />
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
