/** From a journal event to what others are told of it. */
import type { Message, News } from '../notifiers/notifier.ts';
import type { Store } from '../stores/store.ts';
import type { JournalEvent } from './events.ts';
import { readDeployment } from './open.ts';
import { type LiveRefs, releaseName } from './release.ts';
import { readEnvironmentRow } from './status.ts';

const NEWS: Readonly<Partial<Record<JournalEvent['kind'], News>>> = {
  'deployment.opened': 'begun',
  'deployment.resumed': 'begun',
  'deployment.committed': 'committed',
  'deployment.rolled-back': 'rolled-back',
  'deployment.refused': 'refused',
  'deployment.paused': 'paused',
  'attention.raised': 'stuck',
};

export const isNews = ({ kind, deployment }: JournalEvent): boolean => kind in NEWS && deployment !== null;

/** In the order in which they are to be sent. What runs again after a rollback is news of its own. @throws Problem of the store */
export async function newsOf(store: Store, event: JournalEvent): Promise<readonly Message[]> {
  const news = NEWS[event.kind];
  if (news === undefined || event.deployment === null) return [];
  const message: Message = {
    news,
    environment: event.environment,
    deployment: event.deployment,
    ...(await subjectOf(store, event, event.deployment)),
    text: textOf(event),
    url: 'live' in event.data ? urlOf(event.data.live) : null,
  };
  return event.kind === 'deployment.rolled-back' ? [message, ...(await restored(store, message))] : [message];
}

/** What was live before is live again; nothing is when it was the first deployment. */
async function restored(store: Store, message: Message): Promise<readonly Message[]> {
  const { live } = (await readEnvironmentRow(store, message.environment)) ?? {};
  if (!live) return [];
  const { release, source } = live;
  return [{ ...message, news: 'restored', release, source, text: `${release} runs again: ${message.text}` }];
}

async function subjectOf(store: Store, event: JournalEvent, deployment: string) {
  if (event.kind === 'deployment.opened') {
    const { kind, release, source } = event.data;
    return { kind, release, source };
  }
  // A deployment of before may have been begun by another process.
  const { kind, source, plan } = await readDeployment({ store }, deployment);
  return { kind, source, release: plan?.release.id ?? releaseName(source, deployment) };
}

function textOf(event: JournalEvent): string {
  switch (event.kind) {
    case 'deployment.opened':
      return event.data.reason ?? `begun by ${event.actor}`;
    case 'deployment.resumed':
      return `resumed: ${event.data.reason}`;
    case 'deployment.committed':
      return `${event.data.release.id} is live`;
    case 'deployment.rolled-back':
      return `rolled back: ${event.data.reason}`;
    case 'deployment.refused':
      return `refused, nothing changed: ${event.data.reason}`;
    case 'deployment.paused':
      return `paused: ${event.data.reason}`;
    case 'attention.raised':
      return `needs a person: ${event.data.reason}`;
    default:
      return event.kind;
  }
}

const urlOf = (live: LiveRefs): string | null => Object.values(live).find((ref) => ref?.url)?.url ?? null;
