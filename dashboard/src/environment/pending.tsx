/** Commits that nobody has deployed yet. */
import type { EnvironmentCard } from '../../../src/server/api/overview.ts';
import { CommitLink } from '../components/commit-link.tsx';
import { Outward } from '../components/outward.tsx';
import { counted } from '../format.ts';
import styles from './pending.module.css';

export function Pending({ pending }: { readonly pending: EnvironmentCard['pending'] }) {
  if (pending === null) return <span className="quiet">not known</span>;
  const total = pending.commits.length + pending.more;
  if (total === 0) return <span className="quiet">nothing, by {sourceOf(pending.source)}</span>;
  return (
    <details className={styles['pending']}>
      <summary>{counted(total, 'commit')}</summary>
      <ul>
        {pending.commits.map((commit) => (
          <li key={commit.id}>
            <CommitLink commit={commit} />
          </li>
        ))}
      </ul>
      {pending.more > 0 && <p className="quiet">and {counted(pending.more, 'more', 'more')}</p>}
      {pending.compareUrl !== null && <Outward href={pending.compareUrl}>Compare</Outward>}{' '}
      <span className="quiet">by {sourceOf(pending.source)}</span>
    </details>
  );
}

const sourceOf = (source: 'git' | 'github'): string => (source === 'git' ? 'git' : 'GitHub');
