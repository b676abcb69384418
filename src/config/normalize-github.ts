/** Written access to GitHub into its one form. */
import type { GitHubConfig } from './config.ts';
import type { WrittenConfig } from './shape.ts';
import { type Surroundings, toSecret } from './surroundings.ts';

export function normalizeGitHub(written: WrittenConfig['github'], around: Surroundings): GitHubConfig | null {
  if (written === undefined) return null;
  const { token, repository, api } = written;
  return {
    token: toSecret(token, 'github.token', around),
    repository: repository ?? null,
    api: api?.replace(/\/$/, '') ?? null,
  };
}
