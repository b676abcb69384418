/** Snapshots: the table of all, and all of one. */
import { expiresAt } from '../../core/expiry.ts';
import type { SnapshotRow } from '../../core/views.ts';
import type { Snapshot } from '../../databases/database.ts';
import { formatBytes } from '../../util/bytes.ts';
import type { Cli } from '../cli.ts';
import { grid } from './grid.ts';
import { plainText, shape } from './shape.ts';
import { since } from './since.ts';

const COLUMNS = [
  { title: '' },
  { title: 'snapshot' },
  { title: 'target' },
  { title: 'taken' },
  { title: 'expires' },
  { title: 'size', right: true },
  { title: 'test restore' },
  { title: 'restored' },
  { title: 'for' },
] as const;

function sizeOf(row: SnapshotRow): string {
  const bytes = row.facts !== null && typeof row.facts === 'object' ? Reflect.get(row.facts, 'bytes') : undefined;
  return typeof bytes === 'number' ? formatBytes(bytes) : '';
}

const DAY_MS = 86_400_000;

/** `in 12 d`, `within a day`, `expired`; nothing for one that is kept until somebody prunes it. */
export function until(iso: string | null, now = new Date()): string {
  if (iso === null) return '';
  const days = Math.ceil((Date.parse(iso) - now.getTime()) / DAY_MS);
  return days <= 0 ? 'expired' : days === 1 ? 'within a day' : `in ${days} d`;
}

function rowOf(cli: Cli, row: SnapshotRow): readonly string[] {
  const pruned = row.prunedAt !== null;
  return [
    shape(cli, pruned ? 'none' : row.verifiedAt ? 'live' : 'waiting'),
    row.id,
    row.target,
    since(row.at),
    pruned ? '' : until(expiresAt(row)),
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

function expiryOf(row: SnapshotRow): string {
  const end = expiresAt(row);
  return end === null ? 'never by itself' : `${end} (${until(end)})`;
}

export function printSnapshot(cli: Cli, row: SnapshotRow): void {
  const facts = (row.facts ?? {}) as Partial<Snapshot>;
  const items = facts.fingerprint ? `${facts.fingerprint.items.toLocaleString('en')} items` : '';
  const lines: readonly (readonly [string, string])[] = [
    ['target', `${row.target} of ${row.environment}`],
    ['taken', `${row.at} (${since(row.at)}), ${row.deployment ? `before ${row.deployment}` : 'by hand'}`],
    ['expires', expiryOf(row)],
    ['size', [sizeOf(row), items].filter(Boolean).join(' · ')],
    ['content', facts.fingerprint?.content ?? 'not recorded'],
    ['checksum', facts.checksum ?? 'not recorded'],
    ['path', facts.path ?? 'not recorded'],
    ['test restore', row.verifiedAt ? since(row.verifiedAt) : 'not yet'],
    ['restored', row.restoredAt ? since(row.restoredAt) : 'never'],
  ];
  cli.out(plainText(cli, `${shape(cli, row.verifiedAt ? 'live' : 'waiting')} ${row.id}`));
  for (const [label, text] of lines) cli.out(plainText(cli, `  ${label.padEnd(13)} ${text}`));
  cli.out(`  next  belay snapshot ${row.verifiedAt ? 'restore' : 'verify'} ${row.id} --env ${row.environment}`);
}
