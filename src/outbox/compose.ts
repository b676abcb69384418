/** From an event to the message about it: a function of the journal up to that event, so that it can be made again. */
import type { CheckStatus, JournalEvent } from '../core/events.ts';
import { releaseName } from '../core/release.ts';
import { foldDeployment, type DeploymentState } from '../core/state.ts';
import type { Code, Evidence, Message } from '../notifiers/notifier.ts';
import type { Store } from '../stores/store.ts';
import { failureIn } from './failure.ts';
import { commitUrl, dashboardLink } from './links.ts';
import { nextCommand } from './next-command.ts';
import { newsOf } from './news.ts';
import { textOf } from './text.ts';

export interface Composing {
  readonly store: Pick<Store, 'read'>;
  readonly app: string;
  /** Address of the repository's pages; null: no links to commits. */
  readonly repository: () => Promise<string | null>;
  /** Address of the dashboard, without a slash at the end; null: no links to it. */
  readonly dashboard: string | null;
  /** Masks secrets. */
  readonly clean: (text: string) => string;
}

/** Null when the event is no news. @throws Problem of the store */
export async function compose(composing: Composing, event: JournalEvent): Promise<Message | null> {
  const story = await storyOf(composing.store, event);
  const before = event.kind === 'gate.checked' ? await lastSaid(composing.store, event, event.data.check) : null;
  const automatic = story.opened?.data.cause !== undefined;
  const judged = newsOf(event, { kind: story.state?.kind ?? null, automatic, before });
  if (judged === null) return null;
  const [news, severity] = judged;
  const { environment, deployment, at, actor, id } = event;
  const repository = await composing.repository();
  const code = codeOf(repository, story);
  const live = await liveAt(composing, repository, event);
  const message: Message = {
    id,
    news,
    severity,
    at,
    app: composing.app,
    environment,
    deployment,
    kind: story.state?.kind ?? null,
    code,
    actor,
    durationMs: durationOf(event, story.state),
    text: textOf(event, story.state),
    failure: failureIn(event, story.events),
    evidence: evidenceIn(story),
    live,
    next: nextCommand(news, event),
    link: dashboardLink(composing.dashboard, deployment),
    count: 1,
  };
  return cleaned(message, composing.clean);
}

interface Story {
  /** Of the deployment, up to the event; empty where there is none. */
  readonly events: readonly JournalEvent[];
  /** Of the deployment whose watch has begun this one. */
  readonly cause: readonly JournalEvent[];
  readonly opened: (JournalEvent & { readonly kind: 'deployment.opened' }) | null;
  readonly state: DeploymentState | null;
}

async function storyOf(store: Pick<Store, 'read'>, { deployment, n }: JournalEvent): Promise<Story> {
  if (deployment === null) return { events: [], cause: [], opened: null, state: null };
  const events = (await store.read({ deployment })).filter((event) => event.n <= n);
  const opened = events.find((event) => event.kind === 'deployment.opened') ?? null;
  const cause = opened?.data.cause ? await store.read({ deployment: opened.data.cause }) : [];
  return { events, cause, opened, state: opened ? foldDeployment(events) : null };
}

/** What a check said the last time before this one. */
async function lastSaid(store: Pick<Store, 'read'>, event: JournalEvent, check: string): Promise<CheckStatus | null> {
  const earlier = await store.read({
    environment: event.environment,
    kinds: ['gate.checked'],
    newestFirst: true,
    after: event.n,
    limit: 50,
  });
  const same = earlier.find((one) => one.kind === 'gate.checked' && one.data.check === check);
  return same?.kind === 'gate.checked' ? same.data.status : null;
}

function codeOf(repository: string | null, { state, opened }: Story): Code | null {
  if (!state || !opened) return null;
  const { source, plan } = state;
  const release = plan?.release.id ?? (state.kind === 'deploy' ? releaseName(source, state.id) : opened.data.release);
  return { release, source, commitUrl: commitUrl(repository, source.commit) };
}

/** The last commit up to the event is what is live; after it, other things may have happened. */
async function liveAt({ store }: Composing, repository: string | null, event: JournalEvent): Promise<Message['live']> {
  const [last] = await store.read({
    environment: event.environment,
    kinds: ['deployment.committed'],
    newestFirst: true,
    after: event.n + 1,
    limit: 1,
  });
  if (last?.kind !== 'deployment.committed') return null;
  const { release, live } = last.data;
  const url = Object.values(live).find((ref) => ref?.url)?.url ?? null;
  return { release: release.id, source: release.source, commitUrl: commitUrl(repository, release.source.commit), url };
}

function durationOf(event: JournalEvent, state: DeploymentState | null): number | null {
  if (state === null || event.kind === 'deployment.opened') return null;
  const ms = Date.parse(event.at) - Date.parse(state.openedAt);
  // A clock that was set back meanwhile says nothing.
  return ms >= 0 ? ms : null;
}

function evidenceIn({ events, cause }: Story): Evidence | null {
  const fired = [...cause, ...events].findLast((event) => event.kind === 'trigger.fired');
  return fired?.kind === 'trigger.fired' ? fired.data : null;
}

/** Every text of it; a secret may have come in by an error, a reason or a commit message. */
function cleaned<T>(value: T, clean: (text: string) => string): T {
  if (typeof value === 'string') return clean(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => cleaned(item, clean)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cleaned(item, clean)])) as T;
}
