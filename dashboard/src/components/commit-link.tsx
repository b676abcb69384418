/** A commit as people know it: its hash as a link, and what it says. */
import type { Commit } from '../../../src/server/api/vocabulary.ts';
import styles from './commit-link.module.css';
import { Outward } from './outward.tsx';

interface CommitLinkProps {
  readonly commit: Commit;
  /** Only the hash, where the subject stands elsewhere. */
  readonly bare?: boolean;
}

export function CommitLink({ commit, bare = false }: CommitLinkProps) {
  const hash = <code title={commit.id}>{commit.short}</code>;
  return (
    <span className={styles['commit']}>
      <Outward href={commit.url} label={`Commit ${commit.short}`}>
        {hash}
      </Outward>
      {!bare && commit.subject !== null && (
        <span className={styles['subject']} title={[commit.subject, commit.author].filter(Boolean).join(' · ')}>
          {commit.subject}
        </span>
      )}
    </span>
  );
}
