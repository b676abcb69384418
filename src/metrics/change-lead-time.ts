/** How long a commit waits for its users: from its commit time until it is live for the first time. */
import type { DeploymentFacts } from './deployment-facts.ts';
import { isChange } from './failures.ts';
import { type FigureFrame, type Observation, timeFigure, type Words } from './figure.ts';
import type { Commit, Figure } from './metrics.ts';
import { within } from './period.ts';

const WORDS: Words = {
  title: 'Change lead time',
  definition:
    'From the time of each commit until it first went live, median over the commits that went live in the period. A commit that comes back after a rollback is not counted again.',
};

/** A commit on the day that users first had it. */
export interface FirstLive {
  readonly deployment: DeploymentFacts;
  readonly id: string;
  /** When it was committed; null where nobody knows. Milliseconds since 1970. */
  readonly at: number | null;
}

/** What is live for the first time with this commit: itself, and its ancestors that have not been live before. */
function* newCommits(head: string, commits: ReadonlyMap<string, Commit>, included: Set<string>): Generator<Commit> {
  const waiting = [head];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const commit = commits.get(id);
    if (included.has(id)) continue;
    included.add(id);
    if (!commit) continue;
    yield commit;
    waiting.push(...commit.parents);
  }
}

/** The first release that is known has everything before it in it: only its own commit says how long it took. */
function commitsOf(
  { commit, committedAt }: DeploymentFacts,
  commits: ReadonlyMap<string, Commit> | undefined,
  included: Set<string>,
): readonly { readonly id: string; readonly at: number | null }[] {
  const first = included.size === 0;
  if (included.has(commit)) return [];
  const found = commits?.has(commit) ? [...newCommits(commit, commits, included)] : [];
  included.add(commit);
  const own = [{ id: commit, at: committedAt }];
  if (first || found.length === 0) return own;
  return found.map(({ id, at }) => ({ id, at: Date.parse(at) }));
}

/** Every commit of an environment as it first went live; without the repository's commits, those that releases are made from. */
export function firstLives(
  deployments: readonly DeploymentFacts[],
  commits: ReadonlyMap<string, Commit> | undefined,
): readonly FirstLive[] {
  const included = new Set<string>();
  return deployments.flatMap((deployment): FirstLive[] => {
    if (!isChange(deployment) || deployment.outcome !== 'committed' || deployment.unchanged) return [];
    return commitsOf(deployment, commits, included).map(({ id, at }) => ({
      deployment,
      id,
      at: at === null || Number.isNaN(at) ? null : at,
    }));
  });
}

/** `read`: whether the repository was. */
export function changeLeadTime(frame: FigureFrame, lives: readonly FirstLive[], read: boolean): Figure {
  const observations: Observation[] = [];
  let [undated, ahead] = [0, 0];
  for (const { deployment, id, at } of lives) {
    const end = deployment.endedAt ?? deployment.openedAt;
    if (!within(frame.period, deployment.openedAt)) continue;
    if (at === null) undated += 1;
    else if (at > end) ahead += 1;
    else observations.push({ deployment, commit: id, at: end, value: (end - at) / 1_000 });
  }
  return timeFigure(frame, WORDS, observations, [
    ...(read ? [] : ['only the commit that each release is made from: the repository was not read']),
    ...(undated > 0 ? [`${undated} left out: they have no commit time`] : []),
    ...(ahead > 0 ? [`${ahead} left out: committed after they were deployed, by their clock`] : []),
    'squashing and rebasing give a commit a later time',
  ]);
}
