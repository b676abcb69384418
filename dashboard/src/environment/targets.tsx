/** A cell per target: what serves, and how it is. */
import type { TargetCell } from '../../../src/server/api/overview.ts';
import { Badge } from '../components/badge.tsx';
import { Outward } from '../components/outward.tsx';
import { ShortId } from '../components/short-id.tsx';
import { exact } from '../format.ts';
import { checkState } from '../states.ts';
import styles from './targets.module.css';

interface TargetsProps {
  readonly targets: readonly TargetCell[];
  /** The store alone is shown: without a configuration nothing is missing in it. */
  readonly readOnly: boolean;
}

export function Targets({ targets, readOnly }: TargetsProps) {
  if (targets.length === 0) return null;
  return (
    <ul className={styles['targets']} aria-label="Targets">
      {targets.map((target) => (
        <li key={target.name} className={styles['target']}>
          <p className={styles['line']}>
            <strong>{target.name}</strong>
            <span className="quiet">{target.kind ?? (readOnly ? '' : 'no longer configured')}</span>
            <span className={styles['end']}>
              <Badge state={checkState(target.health.status)} title={whenLooked(target)} />
            </span>
          </p>
          <p className={styles['line']}>
            {target.release === null ? (
              <span className="quiet">nothing live</span>
            ) : (
              <ShortId id={target.release} what="release of the platform" />
            )}
            {target.url !== null && (
              <span className={styles['end']}>
                <Outward href={target.url}>{target.url.replace(/^https?:\/\//, '')}</Outward>
              </span>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}

function whenLooked({ health }: TargetCell): string {
  return health.at === null ? health.summary : `${health.summary} (looked at ${exact(health.at)})`;
}
