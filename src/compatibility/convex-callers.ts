/**
 * The functions of the Convex projects of two revisions → a report a project: what the live front end, which calls the
 * older ones, meets in the newer ones. Internal functions are called by nobody outside, and do not count.
 */
import { isProblem, type Problem } from '../core/errors.ts';
import { loadConvexFunctions } from '../sources/convex-functions.ts';
import type { ToldFunction, ToldFunctions } from '../sources/convex-evaluate-functions.ts';
import { remembered } from './convex-cache.ts';
import { convexFunctions } from './convex-functions.ts';
import { type Compared, convexProjects } from './convex-projects.ts';
import type { Reason, SchemaReport, Section } from './report.ts';
import type { Repository, Revision } from './repository.ts';
import type { Tree } from './tree.ts';

const NONE: ToldFunctions = { functions: [], unread: [] };

const READABLE = { what: 'functions', lasts: ({ unread }: ToldFunctions) => unread.length === 0 } as const;

async function functionsAt(
  { exec, root }: Repository,
  { commit }: Revision,
  tree: Tree,
  project: string,
): Promise<ToldFunctions> {
  if (!convexProjects(tree.paths).includes(project)) return NONE;
  const options = { exec, project: `${root}/${project}` };
  const read = async (more: { commit?: string }) => (await loadConvexFunctions({ ...options, ...more })) ?? NONE;
  return commit === null ? read({}) : remembered(root, project, commit, READABLE, () => read({ commit }));
}

const nameOf = (one: ToldFunction): string =>
  one.functionType === 'HttpAction' ? `${one.method} ${one.path}` : one.identifier;
const isPublic = (one: ToldFunction): boolean =>
  one.functionType === 'HttpAction' || one.visibility?.kind !== 'internal';
const moduleOf = (name: string): string => (name.includes(' /') ? 'http' : (name.split(':')[0] ?? ''));
const withoutExtension = (path: string): string => path.replace(/\.\w+$/, '');

/** What anybody outside may call, or might, and whose module could be loaded on both sides. */
function compared(told: ToldFunctions, names: ReadonlySet<string>, unread: ReadonlySet<string>) {
  const functions = told.functions.filter((one) => names.has(nameOf(one)) && !unread.has(moduleOf(nameOf(one))));
  return { functions };
}

type Find = (module: string) => string;

/** The file that people edit. */
function fileFinder(project: string, trees: readonly Tree[]): Find {
  const paths = trees.flatMap((tree) => tree.paths).filter((path) => path.startsWith(project));
  return (module) =>
    paths.find((path) => withoutExtension(path) === `${project}convex/${module}`) ??
    paths.find((path) => withoutExtension(path).endsWith(`/${module}`)) ??
    `${project}convex/`;
}

const UNTOLD = {
  level: 'unknown',
  rule: 'convex-functions-not-read',
  recipe: 'npx convex function-spec > belay.functions.json, and commit it: it is read in place of the modules',
} as const;

async function unreadReasons(sides: readonly ToldFunctions[], trees: readonly Tree[], find: Find): Promise<Reason[]> {
  const all = new Map(sides.flatMap(({ unread }) => unread.map(({ path, why }) => [withoutExtension(path), why])));
  return Promise.all(
    [...all].map(async ([module, why]): Promise<Reason> => {
      const file = find(module);
      const texts = await Promise.all(trees.map(async (tree) => (await tree.read([file]))[0]?.text));
      const same = texts[0] !== undefined && texts[0] === texts[1];
      const facts = { ...UNTOLD, place: module, file };
      if (texts[0] === undefined) {
        return { ...facts, level: 'note', why: `is new, so nobody calls it yet; it cannot be loaded here: ${why}` };
      }
      if (!same) return { ...facts, why: `its functions are not compared: it cannot be loaded here: ${why}` };
      return { ...facts, level: 'note', why: `not compared, and not changed itself: it cannot be loaded here: ${why}` };
    }),
  );
}

async function reportOf(repository: Repository, both: Omit<Compared, 'migrated'>, project: string) {
  const { from, to, before, after } = both;
  const [was, is] = await Promise.all([
    functionsAt(repository, from, before, project),
    functionsAt(repository, to, after, project),
  ]);
  const find = fileFinder(project, [after, before]);
  const unread = new Set([...was.unread, ...is.unread].map(({ path }) => withoutExtension(path)));
  const names = new Set([...was.functions, ...is.functions].filter(isPublic).map(nameOf));
  const source = (told: ToldFunctions) => ({
    schema: compared(told, names, unread),
    file: `${project}convex/`,
    text: '',
  });
  const title = `Convex functions · ${project}convex/`;
  const report = await convexFunctions(title, source(was), source(is), (name) => find(moduleOf(name)));
  const reasons = await unreadReasons([was, is], [before, after], find);
  return { ...report, sections: [...report.sections, ...sectionOf(reasons)] };
}

const sectionOf = (reasons: readonly Reason[]): readonly Section[] =>
  reasons.length === 0 ? [] : [{ title: 'modules that cannot be loaded', verdicts: ['cannot tell'], reasons }];

/** Could not look is its own answer, and no pass. */
function untoldReport(project: string, { message, why }: Problem): SchemaReport {
  const told = why ? `${message}: ${why}` : message;
  const reason = { ...UNTOLD, place: `${project}convex/`, why: `the functions are not compared: ${told}` };
  return { title: `Convex functions · ${project}convex/`, sections: sectionOf([reason]), json: {} };
}

/** Projects whose functions do not differ are left out. */
export async function callerReports(
  repository: Repository,
  both: Omit<Compared, 'migrated'>,
  projects: readonly string[],
): Promise<readonly SchemaReport[]> {
  if (repository.bare) return [];
  const reports = await Promise.all(
    projects.map(async (project) => {
      try {
        return await reportOf(repository, both, project);
      } catch (error) {
        if (!isProblem(error) || !['SCHEMA_UNREADABLE', 'TIMEOUT', 'TOOL_MISSING'].includes(error.code)) throw error;
        return untoldReport(project, error);
      }
    }),
  );
  return reports
    .map((report, at) => ({ ...report, json: { path: `${projects[at]}convex/`, ...report.json } }))
    .filter(({ sections }) => sections.length > 0);
}
