/** Counts what a command makes durable, as the kernel sees it. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface DurableWrites {
  readonly fsyncs: number;
  /** Commits of the journal: SQLite ends each by removing its rollback journal. */
  readonly commits: number;
}

export function countDurableWrites(
  argv: readonly string[],
  at: { readonly folder: string; readonly env: NodeJS.ProcessEnv },
): DurableWrites {
  const file = join(at.folder, '.strace');
  const trace = [
    '-f',
    '-qq',
    '-e',
    'trace=fsync,fdatasync,sync,syncfs,unlink,unlinkat',
    '-e',
    'status=successful',
    '-o',
    file,
  ];
  const { status, error, stderr } = spawnSync('strace', [...trace, ...argv], {
    cwd: at.folder,
    env: at.env,
    encoding: 'utf8',
  });
  if (error || status !== 0) throw new Error(`strace ${argv.join(' ')}: ${error?.message ?? stderr}`);
  const calls = readFileSync(file, 'utf8').split('\n');
  rmSync(file);
  return {
    fsyncs: calls.filter((call) => /\b(fsync|fdatasync|sync|syncfs)\(/.test(call)).length,
    commits: calls.filter((call) => /unlink.*journal\.db-journal"/.test(call)).length,
  };
}
