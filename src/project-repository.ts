/** Where the pages of the project's repository are, for links to commits. Part of the composition root. */
import { childEnvironment } from './config/child-environment.ts';
import type { Config } from './config/config.ts';
import type { Environment as Surroundings } from './config/environment.ts';
import { repositoryPages } from './outbox/links.ts';
import { createExec } from './util/exec.ts';
import { createGit } from './util/git.ts';

/** As configured, else that of the run, else that of git's remote; null where none of them knows. */
export async function repositoryOf(config: Config, env: Surroundings): Promise<string | null> {
  const known = config.notify.repository ?? env.github?.address;
  if (known) return known;
  const git = createGit(createExec(childEnvironment()), config.directory);
  const { code, stdout } = await git('remote', 'get-url', 'origin');
  return code === 0 ? repositoryPages(stdout) : null;
}
