/** What the dashboard shows besides the journal: channels, step logs, commits that wait. Part of the composition root. */
import { isProblem } from './core/errors.ts';
import type { Project } from './project.ts';
import { readStepLogs } from './project-logs.ts';
import { channelsMeant, type ChannelReport, listChannels, retryChannels } from './project-notifications.ts';
import type { Notifications } from './project-notify.ts';
import type { EnvironmentCard } from './server/api/overview.ts';
import type { Channels } from './server/api/record.ts';
import type { ChannelBoard, LogReader } from './server/parts.ts';
import { Refusal } from './server/refusal.ts';
import { commitUrl, compareUrl } from './server/views/commit.ts';
import type { Store } from './stores/store.ts';
import { createGit } from './util/git.ts';

const LOG_PAGE = 2_000;

export function logReader(project: Project | null, store: Store): LogReader {
  const logs = readStepLogs(project?.config.directory ?? null, store);
  return {
    async read(deployment, after, step) {
      const lines = await logs.read(deployment, after, LOG_PAGE);
      if (lines === null) {
        const missing = 'the output of its steps is not kept here: it ran on another machine, or long ago';
        return { lines: [], next: after, missing };
      }
      const wanted = lines.filter((line) => step === undefined || line.step === step);
      return { lines: wanted.map((line) => ({ ...line })), next: lines.at(-1)?.n ?? after, missing: null };
    },
  };
}

type Channel = Channels['channels'][number];

function channelOf({ name, type, unavailable, environments }: ChannelReport): Channel {
  const waiting = environments.flatMap((one) => one.waiting);
  const dead = environments.flatMap((one) => one.undeliverable);
  const sent = environments.flatMap((one) => one.sent.lastAt ?? []).toSorted();
  const failing = unavailable ?? waiting.find(({ reason }) => reason !== null)?.reason ?? null;
  return {
    name,
    kind: type ?? 'no longer configured',
    state: failing !== null || dead.length > 0 ? 'failing' : waiting.length > 0 ? 'waiting' : 'delivering',
    waiting: waiting.length,
    lastDeliveredAt: sent.at(-1) ?? null,
    lastError: failing ?? dead.at(-1)?.reason ?? null,
    undelivered: dead.map(({ id, news, at, reason }) => ({ id, what: news, since: at, why: reason })),
  };
}

export function channelBoard(notifications: Notifications): ChannelBoard {
  return {
    read: async () => ({ channels: (await listChannels(notifications)).map(channelOf) }),
    async retry(name) {
      try {
        channelsMeant(notifications, name);
      } catch (error) {
        if (!isProblem(error)) throw error;
        throw new Refusal(404, 'CHANNEL_UNKNOWN', error.message, { why: error.why ?? null, next: error.next ?? null });
      }
      await retryChannels(notifications, [name]);
    },
  };
}

const SHOWN = 20;
/** Asked of git at most this often for each environment; another live commit is asked for at once. */
const FRESH_MS = 15_000;
const FIELDS = ['%H', '%s', '%an', '%cI'].join('%x1f');

/** Commits of the branch that is checked out which are not live yet. */
export function pendingFromGit(project: Project, repository: string | null) {
  const git = createGit(project.runtime.exec, project.config.directory);
  const known = new Map<string, { readonly at: number; readonly pending: EnvironmentCard['pending'] }>();

  async function look(live: string): Promise<EnvironmentCard['pending']> {
    const [count, log] = await Promise.all([
      git('rev-list', '--count', `${live}..HEAD`),
      git('log', '--no-show-signature', `--max-count=${SHOWN}`, `--format=${FIELDS}`, `${live}..HEAD`),
    ]);
    if (count.code !== 0 || log.code !== 0) return null;
    const commits = log.stdout.split('\n').flatMap((line) => {
      const [id = '', subject = '', author = '', at = ''] = line.split('\u001f');
      if (id === '') return [];
      const url = commitUrl(repository, id);
      return [{ id, short: id.slice(0, 7), subject, author, branch: null, at: new Date(at).toISOString(), url }];
    });
    const newest = commits[0]?.id;
    return {
      commits,
      more: Math.max(0, Number(count.stdout) - commits.length),
      compareUrl: newest === undefined ? null : compareUrl(repository, live, newest),
      source: 'git',
    };
  }

  return async (environment: string, live: string | null): Promise<EnvironmentCard['pending']> => {
    if (live === null || !/^[0-9a-f]{40,64}$/.test(live)) return null;
    const key = `${environment} ${live}`;
    const last = known.get(key);
    const now = project.runtime.clock.now();
    if (last && now - last.at < FRESH_MS) return last.pending;
    // The page does not wait for git when it has something to show.
    const fresh = look(live).then((pending) => {
      known.set(key, { at: now, pending });
      return pending;
    });
    if (last) {
      known.set(key, { ...last, at: now });
      void fresh;
      return last.pending;
    }
    if (known.size > 100) known.clear();
    return fresh;
  };
}
