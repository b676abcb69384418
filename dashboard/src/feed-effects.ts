/** What an event changes on the screen: what it says itself at once, the rest by asking again, not too often. */
import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { DeploymentDetail } from '../../src/server/api/deployments.ts';
import type { FeedEvent } from '../../src/server/api/feed.ts';
import { announce } from './components/announcer.ts';
import { outcomeState } from './states.ts';
import { withEvent } from './step-events.ts';

/** Between two questions about the same: hundreds of viewers ask the same server. */
const APART_MS = 750;
/** Steps and measurements come in crowds, and the page of their deployment draws them from the event itself. */
const IN_CROWDS = /^(step|undo|analysis)\./;

interface Asked {
  readonly at: number;
  readonly timer?: ReturnType<typeof setTimeout>;
}
const asked = new Map<string, Asked>();

/** At once when it is the first in a while or cannot wait; else when the time has passed: the last event is never missed. */
function renew(client: QueryClient, queryKey: QueryKey, crowd = false): void {
  const name = JSON.stringify(queryKey);
  const last = asked.get(name);
  if (crowd && last?.timer !== undefined) return;
  clearTimeout(last?.timer);
  const go = () => {
    asked.set(name, { at: Date.now() });
    void client.invalidateQueries({ queryKey });
  };
  const wait = crowd && last !== undefined ? last.at + APART_MS - Date.now() : 0;
  if (wait <= 0 || last === undefined) go();
  else asked.set(name, { at: last.at, timer: setTimeout(go, wait) });
}

export function applyEvent(client: QueryClient, event: FeedEvent): void {
  const { environment, deployment, kind } = event;
  const crowd = IN_CROWDS.test(kind);
  // Elsewhere only what needs a person is shown of the overview, and no step tells of that.
  if (!crowd || window.location.pathname === '/') renew(client, ['overview'], crowd);
  renew(client, ['audit'], true);
  if (deployment !== null) {
    client.setQueryData<DeploymentDetail>(['deployment', deployment], (known) => known && withEvent(known, event));
    renew(client, ['deployment', deployment], crowd);
  }
  if (kind.startsWith('deployment.')) renew(client, ['deployments']);
  if (kind.startsWith('snapshot.')) renew(client, ['snapshots']);
  if (kind === 'deployment.closed') {
    renew(client, ['metrics']);
    const { outcome } = event.data as { readonly outcome?: string };
    announce(`${environment}: ${outcomeState(outcome ?? null).word}`);
  }
  if (kind === 'attention.raised') announce(`${environment} needs you`);
}

/** What is not in the record, and on which pages it stands. */
const CHANGED: Readonly<Record<string, readonly QueryKey[]>> = {
  health: [['overview']],
  pending: [['overview']],
  chains: [['chains']],
  channels: [['channels'], ['overview']],
};

export function applyChange(client: QueryClient, what: string): void {
  for (const queryKey of CHANGED[what] ?? []) renew(client, queryKey, true);
}
