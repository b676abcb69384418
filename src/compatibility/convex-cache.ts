/** Schemas and functions of commits that were read before. A commit never changes, and to read one takes a process and a checkout. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Counts up when what is kept changes its meaning. */
const FORMAT = 1;

/** The version of convex that a project has installed: it decides how a schema is exported. */
function convexVersion(root: string, project: string): string {
  for (let at = join(root, project); ; at = dirname(at)) {
    const manifest = join(at, 'node_modules/convex/package.json');
    if (existsSync(manifest))
      return String((JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string }).version);
    if (at.length <= root.length || at === dirname(at)) return '';
  }
}

/** Only where Belay keeps its things already: a look at a repository leaves nothing behind. */
function placeOf(root: string, project: string, commit: string, what: string): string | null {
  if (!existsSync(join(root, '.belay'))) return null;
  const kind = what === 'schema' ? [] : [what];
  const key = JSON.stringify([FORMAT, commit, project, convexVersion(root, project), process.versions.node, ...kind]);
  const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return join(root, '.belay/cache/convex', `${name}.json`);
}

function kept(place: string): { readonly schema: unknown } | null {
  try {
    return JSON.parse(readFileSync(place, 'utf8')) as { readonly schema: unknown };
  } catch {
    // Not there, or half of it: it is read anew, and written anew.
    return null;
  }
}

/** Written beside and renamed, so that nobody reads half of it. */
function keep(place: string, schema: unknown): void {
  const beside = `${place}.${randomBytes(4).toString('hex')}`;
  try {
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(beside, JSON.stringify({ schema }));
    renameSync(beside, place);
  } catch {
    // A disk that is full or not ours to write costs time, not the answer.
  }
}

/** What is remembered of a commit, and which of it is worth to be. */
interface Remembered<T> {
  readonly what: 'schema' | 'functions';
  /** What a package that is installed tomorrow would change is read anew. */
  lasts(value: T): boolean;
}

/** What `read` gives, remembered by commit; `project` is its folder from `root`. Failures are not kept. */
export async function remembered<T>(
  root: string,
  project: string,
  commit: string,
  { what, lasts }: Remembered<T>,
  read: () => Promise<T>,
): Promise<T> {
  const place = placeOf(root, project, commit, what);
  const found = place === null ? null : kept(place);
  if (found) return found.schema as T;
  const value = await read();
  if (place !== null && lasts(value)) keep(place, value);
  return value;
}

export function rememberedSchema(
  root: string,
  project: string,
  commit: string,
  read: () => Promise<unknown>,
): Promise<unknown> {
  return remembered(root, project, commit, { what: 'schema', lasts: () => true }, read);
}
