/** Two environments of one configuration, compared. Part of the composition root. */
import { compareEnvironments, type Difference } from './environments/compare/compare-environments.ts';
import { valueHasher } from './environments/compare/environment-facts.ts';
import { environmentFacts } from './project-environment-facts.ts';
import type { Project } from './project.ts';

export type { Difference };

/** @throws Problem ENVIRONMENT_UNKNOWN; what cannot be read is `cannot tell` */
export async function diffEnvironments(project: Project, a: string, b: string): Promise<readonly Difference[]> {
  const hash = valueHasher();
  const [one, other] = await Promise.all([environmentFacts(project, a, hash), environmentFacts(project, b, hash)]);
  return compareEnvironments(one, other);
}
