/** Commits that GitHub has told of, and which of them wait for an environment. Pure. */
import { z } from 'zod';
import type { EnvironmentCard } from '../api/overview.ts';
import { commitUrl, compareUrl, instant } from './commit.ts';

const pushedCommit = z.object({
  id: z.string(),
  subject: z.string(),
  author: z.string().nullable(),
  at: z.string().nullable(),
});

/** Kept beside the journal, bounded. */
export const pushedShape = z.object({
  branch: z.string(),
  /** What the oldest one follows. */
  base: z.string(),
  /** Oldest first. */
  commits: z.array(pushedCommit),
});
export type Pushed = z.infer<typeof pushedShape>;

const hash = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);

/** As much of GitHub's push event as counts. */
export const pushEvent = z.object({
  ref: z.string(),
  before: hash,
  after: hash,
  forced: z.boolean().default(false),
  deleted: z.boolean().default(false),
  repository: z.object({ default_branch: z.string() }),
  commits: z
    .array(
      z.object({
        id: hash,
        message: z.string(),
        timestamp: z.string().optional(),
        author: z.object({ name: z.string().optional(), username: z.string().optional() }).optional(),
      }),
    )
    .default([]),
});
export type PushEvent = z.infer<typeof pushEvent>;

const KEPT = 200;
const SHOWN = 20;
const SUBJECT = 200;

/** Null for a push that changes nothing here: another branch, or one that is gone. */
export function afterPush(known: Pushed | null, push: PushEvent): Pushed | null {
  const branch = push.repository.default_branch;
  if (push.deleted || push.ref !== `refs/heads/${branch}`) return null;
  const follows = known !== null && !push.forced && known.branch === branch && lastOf(known) === push.before;
  const told = push.commits.map(({ id, message, timestamp, author }) => ({
    id,
    subject: (message.split('\n')[0] ?? '').slice(0, SUBJECT),
    author: author?.name ?? author?.username ?? null,
    at: instant(timestamp),
  }));
  // The same event twice, as GitHub may send it, is told once.
  if (known && lastOf(known) === push.after) return null;
  const all = follows ? [...known.commits, ...told] : told;
  const kept = all.slice(-KEPT);
  const cut = all.at(-KEPT - 1)?.id;
  return { branch, base: cut ?? (follows ? known.base : push.before), commits: kept };
}

const lastOf = ({ commits, base }: Pushed): string => commits.at(-1)?.id ?? base;

/** Null where what is live is not among them, so that nobody can say what waits. */
export function pendingOf(
  pushed: Pushed | null,
  live: string | null,
  repository: string | null,
): EnvironmentCard['pending'] {
  if (!pushed || live === null) return null;
  const at = pushed.commits.findIndex(({ id }) => id === live);
  if (at < 0 && live !== pushed.base) return null;
  const waiting = pushed.commits.slice(at + 1).toReversed();
  const newest = waiting[0]?.id;
  return {
    commits: waiting.slice(0, SHOWN).map((one) => ({
      ...one,
      short: one.id.slice(0, 7),
      branch: pushed.branch,
      url: commitUrl(repository, one.id),
    })),
    more: Math.max(0, waiting.length - SHOWN),
    compareUrl: newest === undefined ? null : compareUrl(repository, live, newest),
    source: 'github',
  };
}
