/** The facts of each environment's card, read from the store side by side. */
import type { EventKind } from '../../core/events.ts';
import { readEnvironmentRow } from '../../core/status.ts';
import { foldDeployment } from '../../core/state.ts';
import type { DeploymentRow, EnvironmentRow, ReleaseRow, SnapshotRow } from '../../core/views.ts';
import type { Store } from '../../stores/store.ts';
import type { EnvironmentCard, Overview } from '../api/overview.ts';
import type { ServerParts } from '../parts.ts';
import { attentionOf } from '../views/attention.ts';
import { type CardFacts, cardOf } from '../views/environment-card.ts';

/** A canary measures for hours: of that only the latest counts here. */
const PROGRESS: readonly EventKind[] = [
  'deployment.opened',
  'deployment.planned',
  'step.intended',
  'step.done',
  'step.failed',
  'step.unknown',
  'step.absent',
  'undo.intended',
  'undo.done',
  'undo.failed',
  'direction.decided',
  'deployment.committed',
];

/** Those of the configuration, then those that only the journal still knows. */
export async function environmentNames({ store, environments }: ServerParts): Promise<readonly string[]> {
  const rows = await store.view('environments', {});
  return [...new Set([...environments.map(({ name }) => name), ...rows.map((row) => row.environment)])];
}

async function one<T>(store: Store, view: 'deployments' | 'releases', environment: string, key: string | undefined) {
  if (key === undefined) return null;
  const [found] = await store.view(view, { environment, key, limit: 1 });
  return (found?.row as T | undefined) ?? null;
}

async function readOpen(store: Store, row: EnvironmentRow | null): Promise<Pick<CardFacts, 'open' | 'measured'>> {
  if (!row?.open) return { open: null, measured: null };
  const { environment, open: deployment } = row;
  const kinds = ['analysis.measured'] as const;
  const [deploymentRow, events, [latest]] = await Promise.all([
    one<DeploymentRow>(store, 'deployments', environment, deployment),
    store.read({ environment, deployment, kinds: PROGRESS }),
    store.read({ environment, deployment, kinds, newestFirst: true, limit: 1 }),
  ]);
  const state = foldDeployment(events);
  return {
    open: deploymentRow && state ? { row: deploymentRow, state } : null,
    measured: latest?.kind === 'analysis.measured' ? latest.data : null,
  };
}

async function readCard(parts: ServerParts, name: string): Promise<EnvironmentCard> {
  const { store } = parts;
  const configured = parts.environments.find((one) => one.name === name);
  const row = await readEnvironmentRow(store, name);
  const [lease, open, maker, wayBack, liveRelease, [last], [snapshot], pending] = await Promise.all([
    store.leases.read(name),
    readOpen(store, row),
    one<DeploymentRow>(store, 'deployments', name, row?.live?.deployment),
    one<ReleaseRow>(store, 'releases', name, row?.trail.at(-2)),
    one<ReleaseRow>(store, 'releases', name, row?.live?.release),
    store
      .view('deployments', { environment: name, limit: 2 })
      .then((rows) => rows.map((found) => found.row as DeploymentRow).filter(({ outcome }) => outcome !== null)),
    store
      .view('snapshots', { environment: name, limit: 20 })
      .then((rows) => rows.map((found) => found.row as SnapshotRow).filter(({ prunedAt }) => prunedAt === null)),
    parts.pending(name, row?.live?.source.commit ?? null),
  ]);
  return cardOf({
    name,
    targets: configured?.targets ?? null,
    row,
    lease,
    ...open,
    liveActor: maker?.actor ?? null,
    wayBack,
    liveRelease,
    last: last ?? null,
    snapshot: snapshot ?? null,
    health: parts.health?.read(name) ?? {},
    pending,
    repository: parts.repository,
    now: parts.clock.wall().getTime(),
  });
}

export async function readOverview(parts: ServerParts): Promise<Overview> {
  const names = await environmentNames(parts);
  const [cards, channels] = await Promise.all([
    Promise.all(names.map((name) => readCard(parts, name))),
    parts.channels?.read() ?? null,
  ]);
  return {
    app: parts.app,
    store: parts.store.where,
    readOnly: parts.readOnly,
    environments: cards,
    attention: attentionOf(cards, channels),
  };
}
