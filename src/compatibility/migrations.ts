/** Migrations in a repository: which folders hold them, in which order they run, and which are new. */
import type { TreeFile } from './tree.ts';

export interface Migration extends TreeFile {
  readonly name: string;
  /** What runs on the way up, other lines left empty so that line numbers stay. */
  readonly sql: string;
  readonly transaction: boolean;
}

export interface MigrationFolder {
  readonly folder: string;
  readonly migrations: readonly Migration[];
}

const PRISMA = /^(.*\/)?([^/]+)\/migration\.sql$/;
const NUMBERED = /^(?:\d+|V\d[\w.]*?__)[^/]*\.sql$/i;
const FOLDERS = /(?:^|\/)(?:migrations?|migrate|drizzle)(?:\/[^/]+)?$/i;

/** The folder and the name of a migration; null for any other file. `known`: folders whose name need not tell. */
export function migrationAt(
  path: string,
  known: readonly string[] = [],
): { readonly folder: string; readonly name: string } | null {
  const prisma = PRISMA.exec(path);
  if (prisma?.[2]) return { folder: (prisma[1] ?? '').replace(/\/$/, ''), name: prisma[2] };
  const at = path.lastIndexOf('/');
  const [folder, file] = [path.slice(0, Math.max(0, at)), path.slice(at + 1)];
  // A way down is no migration of its own.
  if (/\.(down|undo|rollback)\.sql$/i.test(file) || !NUMBERED.test(file)) return null;
  const flyway = /^V\d/i.test(file);
  return flyway || FOLDERS.test(folder) || known.includes(folder)
    ? { folder, name: file.replace(/(\.up)?\.sql$/i, '') }
    : null;
}

/** `V1.10` after `V1.9`, `10_` after `9_`. */
function byVersion(a: string, b: string): number {
  const parts = (name: string) =>
    (/^V?([\d._]*\d)/i.exec(name)?.[1] ?? '').split(/[._]/).map((part) => BigInt(part || 0));
  const [x, y] = [parts(a), parts(b)];
  for (let at = 0; at < Math.max(x.length, y.length); at++) {
    const [left, right] = [x[at] ?? 0n, y[at] ?? 0n];
    if (left !== right) return left < right ? -1 : 1;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

const UP = /^\s*--\s*(?:\+goose up|migrate:up|up migration|\+migrate up)\b/i;
const DOWN = /^\s*--\s*(?:\+goose down|migrate:down|down migration|\+migrate down)\b/i;

/** Tools that keep both ways in one file mark them with comments. */
function wayUp(text: string): string {
  let down = false;
  return text
    .split('\n')
    .map((line) => {
      if (DOWN.test(line)) down = true;
      else if (UP.test(line)) down = false;
      return down ? '' : line;
    })
    .join('\n');
}

const NO_TRANSACTION =
  /^\s*--\s*(?:\+goose no transaction|migrate:up\b.*transaction:\s*false|no-transaction|atlas:txmode none|\+migrate up notransaction)/im;

function migrationOf({ path, text }: TreeFile, name: string): Migration {
  const sql = wayUp(text);
  return { path, text, name, sql, transaction: !NO_TRANSACTION.test(text) };
}

/** The folders that hold migrations, each in the order in which they run. */
export function migrationFolders(
  files: readonly TreeFile[],
  known: readonly string[] = [],
): readonly MigrationFolder[] {
  const folders = new Map<string, Migration[]>();
  for (const file of files) {
    const place = migrationAt(file.path, known);
    if (!place) continue;
    const list = folders.get(place.folder) ?? [];
    list.push(migrationOf(file, place.name));
    folders.set(place.folder, list);
  }
  return [...folders].map(([folder, list]) => ({
    folder,
    migrations: list.toSorted((a, b) => byVersion(a.name, b.name)),
  }));
}

export interface History {
  readonly added: readonly Migration[];
  /** Applied, and not the same text any more. */
  readonly edited: readonly Migration[];
  /** Applied, and not there any more. */
  readonly removed: readonly Migration[];
  /** New, but sorted before one that is applied: tools skip or refuse it. */
  readonly early: readonly Migration[];
}

const sameText = (a: string, b: string): boolean => a.replaceAll('\r\n', '\n') === b.replaceAll('\r\n', '\n');

export function compareHistory(before: readonly Migration[], after: readonly Migration[]): History {
  const was = new Map(before.map((one) => [one.name, one]));
  const is = new Map(after.map((one) => [one.name, one]));
  const added = after.filter((one) => !was.has(one.name));
  const last = before.at(-1);
  return {
    added,
    edited: after.filter((one) => !sameText(was.get(one.name)?.text ?? one.text, one.text)),
    removed: before.filter((one) => !is.has(one.name)),
    early: added.filter((one) => last !== undefined && byVersion(one.name, last.name) < 0),
  };
}
