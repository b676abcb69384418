/** The source of a release when it is a plain directory: its content stands in for a commit. */
import { stat } from 'node:fs/promises';
import { Problem } from '../core/errors.ts';
import type { Source } from '../core/release.ts';
import { directoryCommit } from '../util/directory.ts';

/** @throws Problem SOURCE_INVALID */
export async function resolveDirectory(path: string): Promise<Source> {
  const facts = await stat(path).catch(() => null);
  if (facts?.isDirectory()) return { commit: await directoryCommit(path) };
  throw new Problem(
    'SOURCE_INVALID',
    `The source directory ${path} ${facts ? 'is not a directory' : 'does not exist'}`,
    {
      next: 'set `source` in the configuration',
      retry: 'after-change',
    },
  );
}
