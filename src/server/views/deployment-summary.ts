/** The row of a deployment as the pages show it. */
import type { DeploymentRow } from '../../core/views.ts';
import type { DeploymentSummary } from '../api/deployments.ts';
import { commitOf, compareUrl } from './commit.ts';

/** @param before commit of what was live before it, where that is known */
export function summaryOf(
  row: DeploymentRow,
  repository: string | null,
  before: string | undefined,
): DeploymentSummary {
  return {
    id: row.id,
    environment: row.environment,
    kind: row.kind,
    release: row.release,
    commit: commitOf(row.source, repository),
    compareUrl: compareUrl(repository, before, row.source.commit),
    strategy: row.strategy,
    actor: row.actor,
    openedAt: row.openedAt,
    endedAt: row.endedAt,
    outcome: row.outcome,
    reason: row.reason,
    cause: row.cause,
    rollbackClass: row.rollbackClass,
  };
}
