/** Fills tables of a deployment with made-up documents, group by group, by the deployment's own import. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConvexClient } from '../../platforms/convex/client.ts';
import { documentIds } from '../../platforms/convex/documents.ts';
import type { Doing } from '../../platforms/convex/doing.ts';
import { importArchive } from '../../platforms/convex/import.ts';
import type { ValidatorJson } from '../../schema/convex/validator.ts';
import { writeTables } from '../write-tables.ts';
import { createFaker, linesOf } from './rows.ts';
import { tableOrder } from './table-order.ts';

export interface SeedOptions {
  /** The tables to fill; what they hold is replaced. */
  readonly types: ReadonlyMap<string, ValidatorJson>;
  /** Tables of the schema that stay as they are: what they hold may be referred to. */
  readonly others: readonly string[];
  /** Documents in each table. */
  readonly rows: number;
  readonly seed: number;
}

export interface Seeded {
  readonly table: string;
  readonly documents: number;
}

/** Ids that are kept in memory of one table; more would not make better references. */
const MOST_IDS = 100_000;

/** @throws Problem SCHEMA_UNREADABLE, DATA_FAILED, TARGET_UNREACHABLE; RefusedBySchema */
export async function seedDeployment(
  client: ConvexClient,
  ctx: Doing,
  { types, others, rows, seed }: SeedOptions,
): Promise<readonly Seeded[]> {
  const ids = new Map<string, readonly string[]>();
  for (const table of others) ids.set(table, await documentIds(client, table, MOST_IDS, ctx.signal));
  const filled = new Set([...ids].filter(([, known]) => known.length > 0).map(([table]) => table));
  const groups = tableOrder(types, filled);
  const fakerOf = await createFaker(seed);
  const idsOf = (table: string) => ids.get(table) ?? [];
  const waiting = new Set(types.keys());
  for (const group of groups) {
    ctx.say(`filling ${group.join(', ')}`);
    // Those whose turn has not come are emptied: they may refer to documents that go now.
    for (const table of group) waiting.delete(table);
    const lines = new Map<string, Iterable<string>>([
      ...[...waiting].map((table) => [table, []] as const),
      ...group.map((table) => {
        const wanted = { table, type: types.get(table) ?? { type: 'any' as const }, rows };
        return [table, linesOf(wanted, fakerOf(table), idsOf)] as const;
      }),
    ]);
    await importLines(client, ctx, lines);
    for (const table of group) ids.set(table, await documentIds(client, table, MOST_IDS, ctx.signal));
  }
  return groups.flat().map((table) => ({ table, documents: rows }));
}

async function importLines(
  client: ConvexClient,
  ctx: Doing,
  tables: ReadonlyMap<string, Iterable<string>>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'belay-seed-'));
  try {
    const file = join(folder, 'seed.zip');
    await writeTables(file, [...tables]);
    await importArchive(client, ctx, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
