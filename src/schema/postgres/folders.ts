/** Folders of migrations, whoever wrote them: which tool, in which order, what is pending, what was tampered with. Pure. */
import { createHash } from 'node:crypto';
import { TOOLS, type MigrationFile, type SourceFile, type Tool } from './folder-tools.ts';
import { codeOf, sqlOf } from './migration-sql.ts';
import type { Migration } from './simulate.ts';

export type { SourceFile, Tool } from './folder-tools.ts';

/** A migration as a release records it: enough to see later that its text was changed. */
export interface Applied {
  readonly name: string;
  /** SHA-256 of the file's text with `\n` line ends, in hex. */
  readonly hash: string;
}

export interface FoundMigration extends Migration, Applied {
  readonly path: string;
}

export interface FolderProblem {
  readonly path: string;
  readonly rule: 'edited' | 'removed' | 'out-of-order' | 'gap' | 'duplicate';
  readonly why: string;
}

export interface MigrationFolder {
  readonly tool: Tool;
  /** Dump that the tool keeps (`structure.sql`), where it does. */
  readonly dump: string | null;
  readonly migrations: readonly FoundMigration[];
  readonly problems: readonly FolderProblem[];
}

export interface Pending {
  /** SQL of what the baseline has applied. */
  readonly base: string;
  readonly migrations: readonly FoundMigration[];
  readonly problems: readonly FolderProblem[];
}

export const hashOf = (text: string): string =>
  createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');

/** The folder's tool and its migrations in the order in which they run; null when none are recognised. */
export function readFolder(files: readonly SourceFile[]): MigrationFolder | null {
  for (const [tool, read] of TOOLS) {
    const found = read(files);
    if (found.length === 0) continue;
    const dump = files.find((file) => /(^|\/)structure\.sql$/.test(file.path))?.text ?? null;
    return {
      tool,
      dump: tool === 'rails' ? dump : null,
      migrations: found.map((file) => toMigration(tool, file)),
      problems: [...duplicates(found), ...gaps(found)],
    };
  }
  return null;
}

function toMigration(tool: Tool, file: MigrationFile): FoundMigration {
  const { sql, transaction } = /\.(rb|[cm]?[jt]s)$/.test(file.path)
    ? codeOf(file.path, file.text)
    : sqlOf(tool, file.text);
  return { name: file.name, path: file.path, hash: hashOf(file.text), sql, transaction };
}

function duplicates(files: readonly MigrationFile[]): FolderProblem[] {
  const seen = new Map<string, string>();
  return files.flatMap((file) => {
    const other = seen.get(file.version);
    seen.set(file.version, file.path);
    if (other === undefined || file.version === '') return [];
    return [{ path: file.path, rule: 'duplicate' as const, why: `it has the same number as ${other}` }];
  });
}

/** Numbers that are counted, not taken from the clock, leave none out. */
function gaps(files: readonly MigrationFile[]): FolderProblem[] {
  const counted = files.filter((file) => /^\d{1,6}$/.test(file.version));
  if (counted.length !== files.length) return [];
  return counted.slice(1).flatMap((file, index) => {
    const [before, now] = [Number(counted[index]?.version), Number(file.version)];
    if (now <= before + 1) return [];
    return [{ path: file.path, rule: 'gap' as const, why: `${now} follows ${before}: one in between is missing` }];
  });
}

/** What the deployed baseline has not applied yet, and whatever is wrong with what it has. */
export function pendingOf(folder: MigrationFolder, applied: readonly Applied[]): Pending {
  const done = new Map(applied.map((one) => [one.name, one.hash]));
  const present = new Set(folder.migrations.map((one) => one.name));
  const problems: FolderProblem[] = [...folder.problems];
  const lastDone = folder.migrations.findLastIndex((one) => done.has(one.name));
  for (const [index, one] of folder.migrations.entries()) {
    const hash = done.get(one.name);
    if (hash !== undefined && hash !== one.hash) {
      problems.push({
        path: one.path,
        rule: 'edited',
        why: 'its text changed after it was applied: the database does not know',
      });
    }
    if (hash === undefined && index < lastDone) {
      problems.push({
        path: one.path,
        rule: 'out-of-order',
        why: 'it stands before migrations that are applied already',
      });
    }
  }
  for (const one of applied) {
    if (!present.has(one.name))
      problems.push({ path: one.name, rule: 'removed', why: 'it was applied, and its file is gone' });
  }
  const base = folder.migrations.filter((one) => done.has(one.name)).map((one) => `${one.sql};`);
  return { base: base.join('\n'), migrations: folder.migrations.filter((one) => !done.has(one.name)), problems };
}
