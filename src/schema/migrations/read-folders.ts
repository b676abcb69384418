/** Folders of migrations, whoever wrote them: which tool, in which order they run, what runs, and what is odd about them. */
import { type Forward, forwardOf, isMigrationCode } from './forward-sql.ts';
import { compareVersions, dumpsOf, journalOf, lockOf, type Place, placeOf } from './places.ts';
import { schemaFileToSql } from './ruby.ts';

export interface SourceFile {
  /** With `/`, from the root of the repository. */
  readonly path: string;
  readonly text: string;
}

export type Tool = 'prisma' | 'drizzle' | 'rails' | 'flyway' | 'knex' | 'node-pg-migrate' | 'plain';

export interface Migration extends SourceFile, Forward {
  readonly name: string;
  readonly version: string;
}

export interface Oddity {
  readonly path: string;
  readonly name: string;
  readonly rule: 'gap' | 'duplicate' | 'not-listed' | 'listed-not-there';
  readonly why: string;
}

export interface MigrationFolder {
  readonly folder: string;
  readonly tool: Tool;
  readonly migrations: readonly Migration[];
  readonly oddities: readonly Oddity[];
  /** The whole schema as the tool wrote it down, as SQL; null where it does not. */
  readonly dump: string | null;
}

type Found = SourceFile & { readonly place: Place };

function toolOf(files: readonly Found[], beside: ReadonlyMap<string, string>): Tool {
  const [first] = files;
  const folder = first?.place.folder ?? '';
  const kinds = new Set(files.map(({ place }) => place.kind));
  if (kinds.has('ruby')) return 'rails';
  if (kinds.has('flyway')) return 'flyway';
  if (beside.has(journalOf(folder))) return 'drizzle';
  if (kinds.has('folder')) return beside.has(lockOf(folder)) || /prisma/.test(folder) ? 'prisma' : 'drizzle';
  if (kinds.has('script')) return files.some(({ text }) => /\bpgm\b/.test(text)) ? 'node-pg-migrate' : 'knex';
  return files.every(({ place }) => /^(\d{13}|\d{17})$/.test(place.version)) ? 'node-pg-migrate' : 'plain';
}

const tagsOf = (journal: string): readonly string[] =>
  [...journal.matchAll(/"tag"\s*:\s*"([^"]+)"/g)].map((match) => match[1] ?? '');

/** The journal decides: a file that it does not name never runs. */
function listed(files: readonly Found[], journal: string, path: string): { files: Found[]; oddities: Oddity[] } {
  const tags = tagsOf(journal);
  const named = new Map(files.map((file) => [file.place.name, file]));
  const gone = tags.filter((tag) => !named.has(tag));
  const extra = files.filter(({ place }) => !tags.includes(place.name));
  return {
    files: tags.flatMap((tag) => named.get(tag) ?? []),
    oddities: [
      ...gone.map((name) => ({
        path,
        name,
        rule: 'listed-not-there' as const,
        why: 'the journal lists it, and there is no such file',
      })),
      ...extra.map((file) => ({
        path: file.path,
        name: file.place.name,
        rule: 'not-listed' as const,
        why: 'the journal does not list it, so it never runs',
      })),
    ],
  };
}

function duplicates(files: readonly Found[]): Oddity[] {
  const seen = new Map<string, Found>();
  return files.flatMap((file) => {
    const { version, name } = file.place;
    const other = seen.get(version);
    seen.set(version, file);
    if (other === undefined || version === '') return [];
    return [{ path: file.path, name, rule: 'duplicate', why: `it has the same number as ${other.place.name}` }];
  });
}

/** Numbers that are counted, not taken from the clock, leave none out. */
function gaps(files: readonly Found[]): Oddity[] {
  const counted = files.filter(({ place }) => /^\d{1,6}$/.test(place.version));
  if (counted.length !== files.length) return [];
  return counted.slice(1).flatMap((file, index) => {
    const [before, now] = [Number(counted[index]?.place.version), Number(file.place.version)];
    if (now <= before + 1) return [];
    const why = `${now} follows ${before}: what is in between is missing`;
    return [{ path: file.path, name: file.place.name, rule: 'gap', why }];
  });
}

const inOrder = (files: readonly Found[]): Found[] =>
  files.toSorted((a, b) => compareVersions(a.place.version, b.place.version) || (a.path < b.path ? -1 : 1));

/** Rails' dump, and what of the migrations it does not have yet. */
function dumpOf(folder: string, beside: ReadonlyMap<string, string>, migrations: readonly Migration[]): string | null {
  for (const path of dumpsOf(folder)) {
    const text = beside.get(path);
    if (text === undefined) continue;
    const newest = /version:\s*"?([\d_]+)/.exec(text)?.[1]?.replaceAll('_', '') ?? '';
    const isIn = ({ version }: Migration) =>
      path.endsWith('.rb') ? compareVersions(version, newest) <= 0 : text.includes(`'${version}'`);
    const missing = migrations.filter((one) => !isIn(one)).map(({ sql }) => sql);
    return [path.endsWith('.rb') ? schemaFileToSql(text) : text, ...missing].join('\n;\n');
  }
  return null;
}

function folderOf(folder: string, found: readonly Found[], beside: ReadonlyMap<string, string>): MigrationFolder {
  const tool = toolOf(found, beside);
  const journal = beside.get(journalOf(folder));
  const { files, oddities } = journal
    ? listed(found, journal, journalOf(folder))
    : { files: inOrder(found), oddities: [] };
  const migrations = files.map(({ path, text, place }) => ({
    path,
    text,
    name: place.name,
    version: place.version,
    ...forwardOf(tool, path, text),
  }));
  const odd = journal ? oddities : [...duplicates(files), ...gaps(files)];
  return { folder, tool, migrations, oddities: odd, dump: dumpOf(folder, beside, migrations) };
}

/** Each folder with its migrations in the order in which they run. Code that speaks to no SQL database is left out. */
export function readFolders(files: readonly SourceFile[], known: readonly string[] = []): readonly MigrationFolder[] {
  const folders = new Map<string, Found[]>();
  const beside = new Map<string, string>();
  for (const file of files) {
    const place = placeOf(file.path, known);
    if (!place) beside.set(file.path, file.text);
    else if (place.kind !== 'script' || isMigrationCode(file.text))
      folders.set(place.folder, [...(folders.get(place.folder) ?? []), { ...file, place }]);
  }
  return [...folders].map(([folder, found]) => folderOf(folder, found, beside));
}
