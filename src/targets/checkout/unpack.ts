/** Puts the source of a release into its folder, exactly as the deployment's record says it is. */
import { constants, existsSync, lstatSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../../core/errors.ts';
import { directoryCommit, isShipped } from '../../util/directory.ts';
import { archiveNotices } from '../../util/git.ts';
import type { TargetContext } from '../target.ts';
import { aborted } from './command.ts';
import type { Checkout, CheckoutSource } from './checkout.ts';

/** Git's own limit: unpacking a source takes seconds, so minutes mean that a disk or a mount hangs. */
const UNPACK_LIMIT_MS = 5 * 60_000;

/** @throws Problem SOURCE_INVALID, INTERRUPTED, TIMEOUT */
export async function unpackSource(ctx: TargetContext, source: CheckoutSource, folder: Checkout): Promise<void> {
  if ('directory' in source) return copyDirectory(ctx, source.directory, folder);
  for (const notice of await archiveNotices(ctx.exec, source.repository, ctx.source.commit)) ctx.say(notice);
  const archive = join(folder.path, 'source.tar');
  // By way of a file, not a pipe: each of the two programs must be seen to succeed.
  await run(ctx, ['git', '-C', source.repository, 'archive', '--format=tar', '-o', archive, ctx.source.commit]);
  await run(ctx, ['tar', '-xf', archive, '-C', folder.tree]);
  await rm(archive, { force: true });
}

async function run(ctx: TargetContext, argv: readonly [string, ...string[]]): Promise<void> {
  const result = await ctx.exec(argv, { signal: ctx.signal, limitMs: UNPACK_LIMIT_MS, env: { LC_ALL: 'C' } });
  if (result.ended === 'aborted') throw aborted(ctx.signal, 'Unpacking the source');
  if (result.ended === 'not-found') throw new Problem('TOOL_MISSING', `${argv[0]} is not installed`);
  if (result.ended === 'exit' && result.code === 0) return;
  throw new Problem(result.ended === 'timeout' ? 'TIMEOUT' : 'SOURCE_INVALID', 'The source cannot be unpacked', {
    why: `${argv[0]}: ${result.tail.at(-1) ?? `ended by ${result.ended}`}`,
    details: result.tail,
  });
}

async function copyDirectory(ctx: TargetContext, directory: string, folder: Checkout): Promise<void> {
  if (!existsSync(directory)) {
    throw new Problem('SOURCE_INVALID', `The source directory ${directory} does not exist`, { retry: 'after-change' });
  }
  await cp(directory, folder.tree, {
    recursive: true,
    verbatimSymlinks: true,
    preserveTimestamps: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (path) => {
      if (ctx.signal.aborted) throw aborted(ctx.signal, 'Copying the source');
      return path === directory || (isShipped(path) && isContent(path));
    },
  });
  const copied = await directoryCommit(folder.tree);
  if (copied !== ctx.source.commit) {
    throw new Problem('SOURCE_INVALID', 'The source directory changed since the deployment was planned', {
      why: `it was ${ctx.source.commit.slice(0, 11)} and is now ${copied.slice(0, 11)}`,
      next: 'belay deploy',
      retry: 'after-change',
    });
  }
}

/** Sockets and pipes of a running program are no source. */
function isContent(path: string): boolean {
  const facts = lstatSync(path);
  return facts.isFile() || facts.isDirectory() || facts.isSymbolicLink();
}
