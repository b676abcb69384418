/** What needs a person, worst first: the only thing above the environments. */
import type { AttentionItem, EnvironmentCard } from '../api/overview.ts';
import type { Channels } from '../api/record.ts';

const deploymentPage = (id: string): string => `/deployments/${encodeURIComponent(id)}`;

function ofEnvironment(card: EnvironmentCard): AttentionItem[] {
  const { name, attention, lock, running, targets } = card;
  const items: AttentionItem[] = [];
  const add = (severity: AttentionItem['severity'], what: string, next: string | null, link: string | null) =>
    items.push({ severity, environment: name, what, next, link });
  if (attention?.state === 'stuck') {
    const next = `belay show ${attention.deployment}, then belay recover --env ${name}`;
    add('urgent', `needs you: ${attention.reason}`, next, deploymentPage(attention.deployment));
  }
  if (attention?.state === 'paused') {
    const next = `belay resume --env ${name}, or belay abort --env ${name}`;
    add('warning', `paused: ${attention.reason}`, next, deploymentPage(attention.deployment));
  }
  if (lock?.expired === true) {
    const next = running ? `belay recover --env ${name}` : `belay lock status --env ${name}`;
    add('urgent', `the lock of ${lock.holder} has gone silent`, next, running && deploymentPage(running.deployment));
  }
  if (running && !lock) {
    const what = `${running.deployment} was left unfinished: nobody works on it`;
    add('urgent', what, `belay recover --env ${name}`, deploymentPage(running.deployment));
  }
  for (const { name: target, health } of targets) {
    if (health.status === 'fail') add('urgent', `${target}: ${health.summary}`, `belay logs --env ${name}`, null);
    if (health.status === 'warn') add('warning', `${target}: ${health.summary}`, `belay status --env ${name}`, null);
  }
  return items;
}

function ofChannels({ channels }: Channels): AttentionItem[] {
  return channels.flatMap(({ name, undelivered }): AttentionItem[] =>
    undelivered.length === 0
      ? []
      : [
          {
            severity: 'warning',
            environment: null,
            what: `${name}: ${undelivered.length} ${undelivered.length === 1 ? 'message' : 'messages'} undelivered`,
            next: `belay notify retry ${name}`,
            link: '/settings',
          },
        ],
  );
}

export function attentionOf(cards: readonly EnvironmentCard[], channels: Channels | null): AttentionItem[] {
  const items = [...cards.flatMap(ofEnvironment), ...(channels ? ofChannels(channels) : [])];
  return items.toSorted((a, b) => Number(b.severity === 'urgent') - Number(a.severity === 'urgent'));
}
