/** The Convex projects of two revisions → a report a project. */
import { join } from 'node:path';
import { loadConvexSchema } from '../sources/convex-schema.ts';
import type { MigrationState } from '../schema/convex/index.ts';
import { rememberedSchema } from './convex-cache.ts';
import { convexSchemas, type ConvexSource, type MigratedOf } from './convex-schemas.ts';
import { unreadable } from './parse-document.ts';
import type { SchemaReport } from './report.ts';
import { requireFound, type Scope } from './scope.ts';
import type { Repository, Revision } from './repository.ts';
import type { Tree } from './tree.ts';

export interface Compared {
  readonly from: Revision;
  readonly to: Revision;
  readonly before: Tree;
  readonly after: Tree;
  readonly scope: Scope;
  /** What is known of migrations of documents; null when nothing is. */
  readonly migrated: MigrationState | null;
}

const SCHEMA = /^(.*\/)?(?:convex\/schema\.[tj]s|convex\.json|belay\.schema\.json)$/;

/** Folders with a Convex project, from the root of the repository: `` or `apps/web/`. */
export function convexProjects(paths: readonly string[]): readonly string[] {
  const found = paths.flatMap((path) => {
    const match = path.includes('node_modules/') ? null : SCHEMA.exec(path);
    return match ? [match[1] ?? ''] : [];
  });
  return [...new Set(found)];
}

/** The exported schema; null where there is none. @throws Problem SCHEMA_UNREADABLE, TIMEOUT, TOOL_MISSING */
export async function loadConvex(
  { exec, root, bare }: Repository,
  revision: Revision,
  tree: Tree,
  project: string,
): Promise<unknown> {
  if (!convexProjects(tree.paths).includes(project)) return null;
  if (bare) {
    const why = 'a bare repository has no installed packages to read it with';
    throw unreadable(`${project}convex/schema.ts`, why, 'take a clone as the source, with its packages installed');
  }
  const { commit } = revision;
  const options = { exec, project: join(root, project) };
  if (commit === null) return loadConvexSchema(options);
  return rememberedSchema(root, project, commit, () => loadConvexSchema({ ...options, commit }));
}

/** The file that people edit. */
const schemaFile = (tree: Tree, project: string): string =>
  tree.paths.find((path) => path.startsWith(`${project}convex/schema.`)) ?? `${project}convex/schema.ts`;

async function sourceOf(
  repository: Repository,
  revision: Revision,
  tree: Tree,
  project: string,
): Promise<ConvexSource> {
  const file = schemaFile(tree, project);
  const [schema, [read]] = await Promise.all([
    loadConvex(repository, revision, tree, project),
    tree.read(tree.paths.filter((path) => path === file)),
  ]);
  return { schema, file, text: read?.text ?? '' };
}

const CODE = /\.(?:[mc]?[tj]sx?|json)$/;

/** Whether any code differs: a schema may import from anywhere, so nothing less is sure. */
async function codeDiffers({ git }: Repository, from: Revision, to: Revision): Promise<boolean> {
  if (from.commit === null) return true;
  const changed = await git('diff', '--name-only', '-z', from.commit, ...(to.commit === null ? [] : [to.commit]));
  const others = to.commit === null ? await git('ls-files', '-z', '--others', '--exclude-standard') : null;
  const names = `${changed.stdout}\0${others?.stdout ?? ''}`.split('\0');
  return changed.code !== 0 || names.some((name) => CODE.test(name));
}

/** When the live release was committed: what migrated before it was for another change. */
async function madeAt({ git }: Repository, { commit }: Revision): Promise<number | null> {
  if (commit === null) return null;
  const shown = await git('show', '--no-patch', '--format=%ct', commit);
  return shown.code === 0 ? Number(shown.stdout.trim()) * 1_000 : null;
}

async function migratedBy(repository: Repository, { from, migrated }: Compared): Promise<MigratedOf> {
  if (migrated === null) return () => null;
  const [{ migratedTable }, since] = await Promise.all([import('../schema/convex/index.ts'), madeAt(repository, from)]);
  return (table) => migratedTable(migrated, table, since);
}

/** Those that may differ, by their folders. @throws Problem SCHEMA_UNREADABLE when one that was named is not there */
export async function projectsToCompare(
  repository: Repository,
  { from, to, before, after, scope }: Omit<Compared, 'migrated'>,
): Promise<readonly string[]> {
  const found = [...convexProjects(before.paths), ...convexProjects(after.paths)];
  requireFound(scope.convex, new Set(found), 'is no Convex project in either of the two commits');
  const projects = [...new Set(scope.convex === 'detect' ? found : scope.convex)];
  return projects.length > 0 && (await codeDiffers(repository, from, to)) ? projects : [];
}

/** Projects without a difference are left out. */
export async function convexReports(
  repository: Repository,
  compared: Compared,
  projects: readonly string[],
): Promise<readonly SchemaReport[]> {
  const { from, to, before, after } = compared;
  if (projects.length === 0) return [];
  const migratedOf = await migratedBy(repository, compared);
  const reports: SchemaReport[] = [];
  for (const project of projects) {
    const [was, is] = await Promise.all([
      sourceOf(repository, from, before, project),
      sourceOf(repository, to, after, project),
    ]);
    const report = await convexSchemas(`Convex · ${is.file}`, was, is, migratedOf);
    if (report.sections.length > 0) reports.push({ ...report, json: { path: is.file, ...report.json } });
  }
  return reports;
}
