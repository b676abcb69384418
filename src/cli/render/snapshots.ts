/** The table of snapshots. */
import type { SnapshotRow } from '../../core/views.ts';
import { formatBytes } from '../../util/bytes.ts';
import type { Cli } from '../cli.ts';
import { grid } from './grid.ts';
import { shape } from './shape.ts';
import { since } from './since.ts';

const COLUMNS = [
  { title: '' },
  { title: 'snapshot' },
  { title: 'target' },
  { title: 'taken' },
  { title: 'size', right: true },
  { title: 'test restore' },
  { title: 'restored' },
  { title: 'for' },
] as const;

function sizeOf(row: SnapshotRow): string {
  const bytes = row.facts !== null && typeof row.facts === 'object' ? Reflect.get(row.facts, 'bytes') : undefined;
  return typeof bytes === 'number' ? formatBytes(bytes) : '';
}

function rowOf(cli: Cli, row: SnapshotRow): readonly string[] {
  const pruned = row.prunedAt !== null;
  return [
    shape(cli, pruned ? 'none' : row.verifiedAt ? 'live' : 'waiting'),
    row.id,
    row.target,
    since(row.at),
    sizeOf(row),
    pruned ? 'pruned' : row.verifiedAt ? since(row.verifiedAt) : 'not yet',
    row.restoredAt ? since(row.restoredAt) : '',
    row.deployment ?? 'by hand',
  ];
}

export function printSnapshots(cli: Cli, environment: string, rows: readonly SnapshotRow[]): void {
  if (rows.length === 0) {
    return cli.out(
      `${environment} has no snapshots.\n  next  belay snapshot create --env ${environment}, for a target with \`data\``,
    );
  }
  const lines = grid(
    cli,
    COLUMNS,
    rows.map((row) => rowOf(cli, row)),
    cli.columns,
  );
  cli.out(lines.join('\n'));
  cli.out(`  next  belay snapshot verify ${rows[0]?.id} --env ${environment}`);
}
