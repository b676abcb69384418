/** `belay audit --deployments`: who deployed what, when, where, and how it ended; a row each, oldest first. */
import { readHistory } from '../core/history.ts';
import { releasesOf } from '../core/rollback.ts';
import type { DeploymentRow } from '../core/views.ts';
import type { ProjectRecord } from '../project-record.ts';
import type { Cli } from './cli.ts';
import type { AuditOptions } from './commands/audit.ts';
import { csvLine, DEPLOYMENT_COLUMNS, deploymentCells } from '../core/record-table.ts';
import { createListing } from './render/listing.ts';
import { clip } from './render/grid.ts';
import { OUTCOME_WORDS, plainText } from './render/shape.ts';
import { exact } from './render/time.ts';

const ALL = 1_000_000;

function textOf(cli: Cli, row: DeploymentRow): string {
  const outcome = row.outcome ? OUTCOME_WORDS[row.outcome] : 'open';
  const parts = [
    exact(row.openedAt),
    row.environment,
    outcome,
    row.kind,
    row.id,
    row.release,
    row.actor,
    row.reason ?? '',
  ];
  return clip(cli, plainText(cli, parts.filter(Boolean).join('  ')), cli.columns);
}

export async function exportDeployments(
  cli: Cli,
  options: AuditOptions,
  { store }: ProjectRecord,
  environments: readonly string[],
): Promise<void> {
  const { since, until, actor, limit, deployment } = options;
  const filter = { limit: ALL, ...(since ? { since } : {}), ...(actor ? { actor } : {}) };
  const pages = await Promise.all(environments.map((environment) => readHistory(store, { ...filter, environment })));
  const lists = await Promise.all(environments.map((environment) => releasesOf({ store }, environment, ALL)));
  const releases = new Map(lists.flat().map((release) => [release.id, release]));
  const rows = pages
    .flatMap((page) => page.deployments)
    .filter((row) => (until === undefined || row.openedAt <= until) && (!deployment || row.id.startsWith(deployment)))
    .toSorted((a, b) => (a.openedAt < b.openedAt ? -1 : 1));
  const listing = createListing<DeploymentRow>(cli, options.json ? 'json' : (options.format ?? 'text'), {
    header: csvLine(DEPLOYMENT_COLUMNS),
    csv: (row) => csvLine(deploymentCells(row, releases.get(row.release))),
    text: (row) => textOf(cli, row),
    empty: 'No deployment matches.',
  });
  for (const row of limit === undefined ? rows : rows.slice(-limit)) listing.add(row);
  listing.end();
}
