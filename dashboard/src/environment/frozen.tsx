/** Commits that are not deployed again unless somebody says so: the newest in full, the others when asked for. */
import type { EnvironmentCard } from '../../../src/server/api/overview.ts';
import { Ago } from '../components/ago.tsx';
import { Shape } from '../components/shape.tsx';
import { ShortId } from '../components/short-id.tsx';
import { counted } from '../format.ts';
import styles from './frozen.module.css';

type Freeze = EnvironmentCard['frozen'][number];

export function Frozen({ frozen }: { readonly frozen: readonly Freeze[] }) {
  const [newest, ...others] = [...frozen].sort((a, b) => b.at.localeCompare(a.at));
  if (newest === undefined) return null;
  return (
    <div className={styles['frozen']}>
      <One freeze={newest} />
      {others.length > 0 && (
        <details>
          <summary>{counted(others.length, 'other frozen commit')}</summary>
          <div className={styles['list']}>
            {others.map((freeze) => (
              <One key={freeze.commit} freeze={freeze} />
            ))}
          </div>
        </details>
      )}
    </div>
  );
}

function One({ freeze }: { readonly freeze: Freeze }) {
  return (
    <div className={styles['one']}>
      <Shape name="lock" tone="grey" />
      <p>
        <ShortId id={freeze.commit} what="frozen commit" /> is frozen: {freeze.reason}{' '}
        <span className="quiet">
          by {freeze.by}, <Ago at={freeze.at} />
        </span>
      </p>
    </div>
  );
}
