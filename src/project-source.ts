/** Which commit is meant: resolved in the repository of the first target that has a source. Part of the composition root. */
import type { Config, EnvironmentConfig } from './config/config.ts';
import type { Source } from './core/release.ts';
import { resolveDirectory } from './sources/directory.ts';
import { resolveSource } from './sources/git.ts';
import type { Exec } from './util/exec.ts';

/** @throws Problem SOURCE_INVALID, TOOL_MISSING */
export async function sourceOf(
  exec: Exec,
  config: Config,
  environment: EnvironmentConfig,
  ref?: string,
): Promise<Source> {
  const local = Object.values(environment.targets).find((target) => target.type === 'local');
  if (local?.source.kind === 'directory') return resolveDirectory(local.source.path);
  return resolveSource(exec, local?.source.path ?? config.directory, ref);
}
