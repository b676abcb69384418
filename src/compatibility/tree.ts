/** Reads files of one revision: from the work tree, or from a commit without touching the work tree. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from '../core/errors.ts';
import type { Repository, Revision } from './repository.ts';

export interface Tree {
  /** Paths from the root of the repository, sorted. */
  readonly paths: readonly string[];
  /** Those of `paths` that were asked for, with their text, without byte order marks. */
  read(paths: readonly string[]): Promise<readonly TreeFile[]>;
  dispose(): void;
}

export interface TreeFile {
  readonly path: string;
  readonly text: string;
}

const split = (text: string): readonly string[] => text.split('\0').filter((path) => path !== '');

function textOf(path: string): string {
  return new TextDecoder('utf-8').decode(readFileSync(path));
}

async function workTree({ git, root, bare }: Repository): Promise<Tree> {
  if (bare) {
    const next = 'name a commit with --to, or run it in a clone';
    throw new Problem('SCHEMA_UNREADABLE', `${root} is a bare repository`, {
      why: 'it has no work tree to read',
      next,
    });
  }
  const listed = await git('ls-files', '-z', '--cached', '--others', '--exclude-standard');
  // What is deleted but not committed is still in the index.
  const paths = [...new Set(split(listed.stdout))].filter((path) => existsSync(join(root, path))).toSorted();
  const known = new Set(paths);
  const read = (path: string): TreeFile => ({ path, text: textOf(join(root, path)) });
  return {
    paths,
    read: (wanted) => Promise.resolve(wanted.filter((path) => known.has(path)).map(read)),
    dispose: () => undefined,
  };
}

/** At most this many paths are given to git one by one: beyond, the whole commit is unpacked. */
const MAX_PATHS = 2_000;

async function unpack(
  { exec, git }: Repository,
  commit: string,
  paths: readonly string[],
  folder: string,
): Promise<void> {
  const archive = join(folder, 'files.tar');
  const specs = paths.length > MAX_PATHS ? [] : paths.map((path) => `:(literal)${path}`);
  const packed = await git('archive', '--format=tar', '-o', archive, commit, '--', ...specs);
  const unpacked = await exec(['tar', '-xf', archive, '-C', folder], { limitMs: 60_000 });
  if (packed.code === 0 && unpacked.code === 0) return;
  const why = (packed.code === 0 ? unpacked : packed).stderr.trim();
  throw new Problem('SCHEMA_UNREADABLE', `The files of commit ${commit} cannot be read`, { why, next: 'git fsck' });
}

async function commitTree(repository: Repository, commit: string): Promise<Tree> {
  const listed = await repository.git('ls-tree', '-r', '-z', '--name-only', commit);
  const folder = mkdtempSync(join(tmpdir(), 'belay-schema-'));
  const paths = split(listed.stdout).toSorted();
  const known = new Set(paths);
  return {
    paths,
    async read(wanted) {
      const there = wanted.filter((path) => known.has(path));
      if (there.length === 0) return [];
      // Two reads at once must not write one archive.
      const place = mkdtempSync(join(folder, 'read-'));
      await unpack(repository, commit, there, place);
      return there
        .filter((path) => existsSync(join(place, path)))
        .map((path) => ({ path, text: textOf(join(place, path)) }));
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const EMPTY: Tree = { paths: [], read: () => Promise.resolve([]), dispose: () => undefined };

/** Whoever opens it disposes of it. */
export async function openTree(repository: Repository, revision: Revision): Promise<Tree> {
  if (revision.kind === 'work-tree') return workTree(repository);
  return revision.commit === null ? EMPTY : commitTree(repository, revision.commit);
}
