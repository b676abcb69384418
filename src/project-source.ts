/** Which commit is meant: resolved in the repository of the first target that has a source. Part of the composition root. */
import type { Config, EnvironmentConfig } from './config/config.ts';
import type { Source } from './core/release.ts';
import type { Exec } from './util/exec.ts';

const sourceTarget = ({ targets }: EnvironmentConfig) => Object.values(targets).find((target) => 'source' in target);

/** Where git is asked about commits. */
export function repositoryPath(config: Config, environment: EnvironmentConfig): string {
  return sourceTarget(environment)?.source.path ?? config.directory;
}

/** @throws Problem SOURCE_INVALID, TOOL_MISSING */
export async function sourceOf(
  exec: Exec,
  config: Config,
  environment: EnvironmentConfig,
  ref?: string,
): Promise<Source> {
  const first = sourceTarget(environment);
  if (first?.source.kind === 'directory') {
    const { resolveDirectory } = await import('./sources/directory.ts');
    return resolveDirectory(first.source.path);
  }
  const { resolveSource } = await import('./sources/git.ts');
  return resolveSource(exec, repositoryPath(config, environment), ref);
}
