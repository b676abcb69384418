/** One digest over everything that decides what a deployment would be: equal digests need no second deployment. */
import { createHash } from 'node:crypto';
import type { ManifestFile, Project } from './api-types.ts';
import type { VercelOptions } from './options.ts';

/** Files, or the commit where Vercel fetches it itself. */
export type Content = readonly ManifestFile[] | { readonly commit: string };

/**
 * SHA-256 (hex) over paths, modes and SHA-1 of the files, how and where they are built, and when each of the
 * project's variables for production was last changed. Variables that the team shares are not in it: a project
 * does not show them.
 */
export function manifestDigest(
  options: Pick<VercelOptions, 'how' | 'regions'>,
  project: Project,
  content: Content,
): string {
  const hash = createHash('sha256');
  const add = (...facts: readonly unknown[]) => hash.update(`${JSON.stringify(facts)}\n`);
  add('how', options.how, options.regions ?? null);
  const { framework, buildCommand, installCommand, outputDirectory, rootDirectory, nodeVersion } = project;
  add('build', framework, buildCommand, installCommand, outputDirectory, rootDirectory, nodeVersion);
  for (const { key, id, updatedAt } of variablesOf(project)) add('variable', key, id ?? null, updatedAt ?? null);
  if ('commit' in content) add('commit', content.commit);
  else for (const { file, mode, sha } of content) add('file', file, mode, sha);
  return hash.digest('hex');
}

function variablesOf({ env = [] }: Project) {
  const ours = env.filter(({ target }) => target === undefined || [target].flat().includes('production'));
  return ours.toSorted((a, b) => (`${a.key} ${a.id}` < `${b.key} ${b.id}` ? -1 : 1));
}
