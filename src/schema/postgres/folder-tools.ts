/** How each tool names and orders its migrations. */

export interface SourceFile {
  /** With `/`, from the repository's root. */
  readonly path: string;
  readonly text: string;
}

export interface MigrationFile extends SourceFile {
  readonly name: string;
  /** What orders it: a number or a time, as written; empty where there is none. */
  readonly version: string;
}

export type Tool = 'prisma' | 'drizzle' | 'rails' | 'flyway' | 'knex' | 'node-pg-migrate' | 'plain';

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

function byVersion(files: readonly MigrationFile[]): MigrationFile[] {
  const parts = (version: string) => version.split(/[._]/).map(BigInt);
  return files.toSorted((a, b) => {
    const [x, y] = [parts(a.version), parts(b.version)];
    for (let i = 0; i < Math.max(x.length, y.length); i++) {
      const [left, right] = [x[i] ?? 0n, y[i] ?? 0n];
      if (left !== right) return left < right ? -1 : 1;
    }
    return a.path.localeCompare(b.path);
  });
}

/** Files whose path matches; the first group is the version. */
function matching(
  files: readonly SourceFile[],
  pattern: RegExp,
  name = (path: string) => nameOf(path),
): MigrationFile[] {
  return byVersion(
    files.flatMap((file) => {
      const version = pattern.exec(file.path)?.[1];
      return version === undefined ? [] : [{ ...file, name: name(file.path), version }];
    }),
  );
}

const prisma = (files: readonly SourceFile[]) =>
  matching(files, /(?:^|\/)(\d{14})_[^/]*\/migration\.sql$/, (path) => path.split('/').at(-2) ?? path);

/** The journal decides: a file that it does not name never runs. */
function drizzle(files: readonly SourceFile[]): MigrationFile[] {
  const journal = files.find((file) => file.path.endsWith('meta/_journal.json'));
  if (!journal) return [];
  const folder = journal.path.slice(0, -'meta/_journal.json'.length);
  const tags = [...journal.text.matchAll(/"tag"\s*:\s*"([^"]+)"/g)].map((match) => match[1] ?? '');
  return tags.flatMap((tag) => {
    const file = files.find((one) => one.path === `${folder}${tag}.sql`);
    return file ? [{ ...file, name: tag, version: /^\d+/.exec(tag)?.[0] ?? '' }] : [];
  });
}

function flyway(files: readonly SourceFile[]): MigrationFile[] {
  const versioned = matching(files, /(?:^|\/)V(\d+(?:[._]\d+)*)__[^/]*\.sql$/);
  const repeatable = files.filter((file) => /(?:^|\/)R__[^/]*\.sql$/.test(file.path));
  return [...versioned, ...repeatable.map((file) => ({ ...file, name: nameOf(file.path), version: '' }))];
}

const rails = (files: readonly SourceFile[]) => matching(files, /(?:^|\/)db\/migrate\/(\d{14})_[^/]*\.rb$/);

const knex = (files: readonly SourceFile[]) =>
  matching(files, /(?:^|\/)(\d{14})_[^/]*\.[cm]?[jt]s$/).filter((file) => /\bknex\b/.test(file.text));

const nodePgMigrate = (files: readonly SourceFile[]) =>
  matching(files, /(?:^|\/)(\d{13}|\d{17})[_-][^/]*\.(?:sql|[cm]?[jt]s)$/);

const plain = (files: readonly SourceFile[]) => matching(files, /(?:^|\/)(\d+)[_.-][^/]*(?<!\.down)\.sql$/);

/** The first that finds files is the one. */
export const TOOLS: readonly (readonly [Tool, (files: readonly SourceFile[]) => MigrationFile[]])[] = [
  ['prisma', prisma],
  ['drizzle', drizzle],
  ['rails', rails],
  ['flyway', flyway],
  ['knex', knex],
  ['node-pg-migrate', nodePgMigrate],
  ['plain', plain],
];
