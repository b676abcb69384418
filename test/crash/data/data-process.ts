/** Works on protected data in a process of its own, for tests that kill it. Argument: JSON with kind, options, action, id. */
import { createDirectoryData, type DirectoryOptions } from '../../../src/databases/directory.ts';
import type { DataContext } from '../../../src/databases/database.ts';
import { createPostgresData, type PostgresDataOptions } from '../../../src/databases/postgres.ts';
import { createSqliteData, type SqliteOptions } from '../../../src/databases/sqlite-files.ts';
import { createExec } from '../../../src/util/exec.ts';

export type Job = { readonly action: 'snapshot' | 'restore'; readonly id: string } & (
  | { readonly kind: 'directory'; readonly options: DirectoryOptions }
  | { readonly kind: 'sqlite'; readonly options: SqliteOptions }
  | { readonly kind: 'postgres'; readonly options: PostgresDataOptions }
);

function open(job: Job) {
  if (job.kind === 'directory') return createDirectoryData(job.options);
  return job.kind === 'sqlite' ? createSqliteData(job.options) : createPostgresData(job.options);
}

const job = JSON.parse(process.argv[2] ?? '{}') as Job;
const data = open(job);
const ctx: DataContext = {
  signal: new AbortController().signal,
  exec: createExec({ PATH: process.env['PATH'] ?? '' }),
  say: () => undefined,
};
const snapshot = job.action === 'restore' ? await data.find(ctx, job.id) : null;
// The test counts from here.
process.stdout.write('begin\n');
if (snapshot) await data.restore(ctx, snapshot);
else await data.snapshot(ctx, job.id);
