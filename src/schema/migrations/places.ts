/** Which files are migrations, whose they are by their path, and what stands beside them. */

export interface Place {
  /** From the root of the repository, with `/`. */
  readonly folder: string;
  readonly name: string;
  /** What orders it: a number or a time, as written; empty where it always runs last. */
  readonly version: string;
  readonly kind: 'folder' | 'sql' | 'flyway' | 'ruby' | 'script';
}

const FOLDERS = /(?:^|\/)(?:migrations?|migrate|drizzle|\w+_migrate)(?:\/[^/]+)?$/i;
const RAILS = /(?:^|\/)db\/(?:\w+_)?migrate$/;

const FOLDER_EACH = /^(.*\/)?([^/]+)\/migration\.sql$/;
const FLYWAY = /^(?:V(\d+(?:[._]\d+)*)|R)__.*\.sql$/i;
const NUMBERED = /^(\d+)(?=\D).*\.sql$/;
const WAY_BACK = /\.(?:down|undo|rollback)\.sql$/i;
const RUBY = /^(\d+)_\w+\.rb$/;
/** Code is dated by its tool: counted code is too often something else. */
const SCRIPT = /^(\d{13,17})[_-].*(?<!\.d)\.[cm]?[jt]s$/;

function placeIn(folder: string, file: string, known: boolean): Place | null {
  const flyway = FLYWAY.exec(file);
  if (flyway) return { folder, name: bare(file), version: flyway[1] ?? '', kind: 'flyway' };
  const isFolder = known || FOLDERS.test(folder);
  const ruby = known || RAILS.test(folder) ? RUBY.exec(file) : null;
  if (ruby) return { folder, name: bare(file), version: ruby[1] ?? '', kind: 'ruby' };
  const sql = isFolder && !WAY_BACK.test(file) ? NUMBERED.exec(file) : null;
  if (sql) return { folder, name: bare(file), version: sql[1] ?? '', kind: 'sql' };
  const script = isFolder ? SCRIPT.exec(file) : null;
  return script ? { folder, name: bare(file), version: script[1] ?? '', kind: 'script' } : null;
}

const bare = (file: string): string => file.replace(/(\.up)?\.(?:sql|rb|[cm]?[jt]s)$/i, '');

/** Null for any other file. `known`: folders whose name need not tell. */
export function placeOf(path: string, known: readonly string[] = []): Place | null {
  const each = FOLDER_EACH.exec(path);
  if (each?.[2]) {
    const folder = (each[1] ?? '').replace(/\/$/, '');
    return { folder, name: each[2], version: /^\d+/.exec(each[2])?.[0] ?? '', kind: 'folder' };
  }
  const at = path.lastIndexOf('/');
  const folder = path.slice(0, Math.max(0, at));
  return placeIn(folder, path.slice(at + 1), known.includes(folder));
}

const within = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** Drizzle's list of what runs. */
export const journalOf = (folder: string): string => within(folder, 'meta/_journal.json');
/** Prisma's mark. */
export const lockOf = (folder: string): string => within(folder, 'migration_lock.toml');

/** What Rails writes down of the whole schema: `db/structure.sql` or `db/schema.rb`. */
export function dumpsOf(folder: string): readonly string[] {
  const match = /^(.*\/)?((?:\w+_)?)migrate$/.exec(folder);
  if (!match || !RAILS.test(folder)) return [];
  return ['structure.sql', 'schema.rb'].map((name) => `${match[1] ?? ''}${match[2] ?? ''}${name}`);
}

/** Every path that has to be read for the folders in which migrations are. */
export function pathsToRead(paths: readonly string[], known: readonly string[] = []): readonly string[] {
  const found = paths.filter((path) => placeOf(path, known) !== null);
  const folders = new Set(found.map((path) => placeOf(path, known)?.folder ?? ''));
  const beside = [...folders].flatMap((folder) => [journalOf(folder), lockOf(folder), ...dumpsOf(folder)]);
  const there = new Set(paths);
  return [...found, ...beside.filter((path) => there.has(path))];
}

/** `1.10` after `1.9`, `10` after `9`; what has no version comes last. */
export function compareVersions(a: string, b: string): number {
  if (a === '' || b === '') return a === b ? 0 : a === '' ? 1 : -1;
  const parts = (version: string) => version.split(/[._]/).map((part) => BigInt(part || 0));
  const [x, y] = [parts(a), parts(b)];
  for (let at = 0; at < Math.max(x.length, y.length); at++) {
    const [left, right] = [x[at] ?? 0n, y[at] ?? 0n];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
