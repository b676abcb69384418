/** Going back, by the core that the command line uses: answered as soon as it is under way, or was refused. */
import { recoverOpen, requireOpenEnvironment, withSession } from '../../core/open.ts';
import { previewRollback } from '../../core/preview-rollback.ts';
import { rollBack } from '../../core/rollback.ts';
import type { Notice } from '../../core/runtime.ts';
import { listSnapshots } from '../../core/snapshots.ts';
import { readEnvironmentRow } from '../../core/status.ts';
import type { RollbackBody, RollbackPreview } from '../api/rollback.ts';
import { actorOf, type Identity } from '../auth/identity.ts';
import type { Acting, ServerParts } from '../parts.ts';
import { Refusal } from '../refusal.ts';
import { previewOf } from '../views/rollback-preview.ts';

/** Somebody at a screen does not wait for another deployment to end: they are told who holds it. */
const LOCK_WAIT_MS = 1_000;

export function requireActing({ acting, readOnly }: Pick<ServerParts, 'acting' | 'readOnly'>): Acting {
  if (acting) return acting;
  throw new Refusal(409, 'READ_ONLY', 'Nothing can be changed from here', {
    why: readOnly ?? 'there is no configuration',
    next: 'belay rollback, where the configuration is',
  });
}

export async function previewFor(
  parts: ServerParts,
  name: string,
  wish: { readonly to?: string | undefined; readonly data?: RollbackBody['data'] | undefined },
): Promise<RollbackPreview> {
  const acting = requireActing(parts);
  const environment = await acting.environment(name);
  const runtime = acting.runtime('dashboard', 'preview', () => undefined);
  const loseWrites = Number.MAX_SAFE_INTEGER;
  const facts = await previewRollback(runtime, environment, {
    to: wish.to ?? null,
    data: wish.data ?? 'ask',
    loseWrites,
  });
  const snapshotRows = await listSnapshots({ store: parts.store }, name);
  return previewOf({ ...facts, environment: name, repository: parts.repository, snapshotRows });
}

/** What the person saw is what they go back from. */
async function requireSeen(parts: ServerParts, name: string, from: string | null): Promise<void> {
  const live = (await readEnvironmentRow(parts.store, name))?.live?.release ?? null;
  if (live === from) return;
  throw new Refusal(409, 'STALE', `${name} has moved on: nothing was done`, {
    why: `${live ?? 'nothing'} is live now; the page showed ${from ?? 'nothing'}`,
    next: 'look at it again, then decide',
  });
}

/** @returns the id of the deployment once it stands in the journal; null when what was asked for is live already */
export async function startRollback(
  parts: ServerParts,
  name: string,
  body: RollbackBody,
  who: Identity,
): Promise<{ deployment: string | null }> {
  const acting = requireActing(parts);
  await requireSeen(parts, name, body.from);
  const environment = await acting.environment(name);
  const held = { ...environment, lease: { ...environment.lease, waitMs: LOCK_WAIT_MS } };
  return new Promise((resolve, reject) => {
    const emit = (notice: Notice) => {
      if (notice.type === 'event' && notice.event.kind === 'deployment.opened' && notice.event.data.kind === 'rollback')
        resolve({ deployment: notice.event.deployment });
    };
    const runtime = acting.runtime(actorOf(who), `rollback by ${who.name}`, emit);
    const work = withSession(runtime, held, async (session) => {
      await recoverOpen(session);
      requireOpenEnvironment(await readEnvironmentRow(runtime.store, name), name);
      // Once more, now that nobody else can change it.
      await requireSeen(parts, name, body.from);
      const { to, reason, data, loseWrites } = body;
      return rollBack(session, { to, reason, data, loseWrites });
    });
    work.then(({ deployment }) => resolve({ deployment }), reject);
    acting.background(work.then(() => undefined));
  });
}
