/** A deployment as a row of the history. */
import { Link } from 'wouter';
import type { DeploymentSummary } from '../../../src/server/api/deployments.ts';
import { Ago, Elapsed } from '../components/ago.tsx';
import { Badge } from '../components/badge.tsx';
import { CommitLink } from '../components/commit-link.tsx';
import { Outward } from '../components/outward.tsx';
import type { Column } from '../components/table.tsx';
import { outcomeState } from '../states.ts';
import styles from './columns.module.css';

export const KIND_WORDS: Readonly<Record<DeploymentSummary['kind'], string>> = {
  deploy: 'deploy',
  rollback: 'rollback',
  promote: 'promote',
  restore: 'restore of data',
};

/** Without a repository there is nothing to compare by. */
export function historyColumns(rows: readonly DeploymentSummary[]): readonly Column<DeploymentSummary>[] {
  return rows.some((row) => row.compareUrl !== null) ? [...COLUMNS, CHANGES] : COLUMNS;
}

const CHANGES: Column<DeploymentSummary> = {
  name: 'Changes',
  minor: true,
  cell: (row) => (row.compareUrl === null ? null : <Outward href={row.compareUrl}>compare</Outward>),
};

const COLUMNS: readonly Column<DeploymentSummary>[] = [
  {
    name: 'When',
    cell: (row) => (
      <Link href={`/deployments/${row.id}`} tabIndex={-1} className={styles['when']}>
        <Ago at={row.openedAt} />
      </Link>
    ),
  },
  { name: 'Outcome', cell: (row) => <Badge state={outcomeState(row.outcome)} /> },
  { name: 'Environment', cell: (row) => row.environment },
  {
    name: 'Release',
    wide: true,
    cell: (row) => (
      <>
        <CommitLink commit={row.commit} />
        {(row.reason !== null || row.kind !== 'deploy') && (
          <span className={styles['reason']}>
            {[row.kind === 'deploy' ? null : KIND_WORDS[row.kind], row.reason]
              .filter((part) => part !== null)
              .join(': ')}
          </span>
        )}
      </>
    ),
  },
  { name: 'By', cell: (row) => row.actor, minor: true },
  { name: 'Took', right: true, minor: true, cell: (row) => <Elapsed from={row.openedAt} to={row.endedAt} /> },
];
