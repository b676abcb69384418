/** Snapshots of protected data, and putting one back. */
import { Problem } from '../errors.ts';
import { withExpiry } from '../expiry.ts';
import { type Json, sameRef } from '../release.ts';
import type { Snapshot } from '../../databases/database.ts';
import { previousOf, type Seen, type Step, type StepContext } from './step.ts';

function dataOf(ctx: StepContext) {
  const { data } = ctx.target();
  if (!data) throw new Error(`${ctx.step.target} has no protected data`);
  return data;
}

/** Found again by this name after a crash. */
export function snapshotId(deployment: string, target: string): string {
  return `s-${deployment.replace(/^d-/, '')}-${target}`;
}

const ownSnapshot = (ctx: StepContext): string => snapshotId(ctx.plan.deployment, ctx.step.target ?? '');

/** Only `recreate` may put data back by itself: nobody could write between its snapshot and its failure. */
function mayRestore(ctx: StepContext): boolean {
  return ctx.plan.strategy === 'recreate';
}

async function compareWith(ctx: StepContext, snapshot: Snapshot): Promise<Seen> {
  const data = dataOf(ctx);
  if (mayRestore(ctx)) {
    const now = await data.fingerprint(ctx.contextFor());
    return now.content === snapshot.fingerprint.content
      ? { is: 'before' }
      : { is: 'other', saw: 'the data differs from the snapshot' };
  }
  const schema = data.schema ? await data.schema(ctx.contextFor()) : (await data.fingerprint(ctx.contextFor())).schema;
  return schema === snapshot.fingerprint.schema
    ? { is: 'before' }
    : { is: 'other', saw: 'the schema of the data was changed by the release that failed' };
}

const UNCHANGED = { unchanged: true } as const;

/** The very release that is live goes live again, beside nothing and with nothing put back: its data stays as it is. */
function changesNothing(ctx: StepContext): boolean {
  const target = ctx.step.target ?? '';
  const live = previousOf(ctx);
  return (
    live !== null && sameRef(live, ctx.candidate(target)) && !mayRestore(ctx) && ctx.plan.restores[target] === undefined
  );
}

const receiptOf = (ctx: StepContext, taken: Snapshot): Json =>
  withExpiry(taken, dataOf(ctx), ctx.runtime) as unknown as Json;

export const snapshot: Step = {
  async look(ctx) {
    if (changesNothing(ctx)) return { is: 'wanted', receipt: UNCHANGED };
    const found = await dataOf(ctx).find(ctx.contextFor(), ownSnapshot(ctx));
    return found ? { is: 'wanted', receipt: receiptOf(ctx, found) } : { is: 'before' };
  },
  async run(ctx) {
    if (changesNothing(ctx)) return UNCHANGED;
    return receiptOf(ctx, await dataOf(ctx).snapshot(ctx.contextFor(), ownSnapshot(ctx)));
  },
  async undo(ctx) {
    const taken = await dataOf(ctx).find(ctx.contextFor(), ownSnapshot(ctx));
    if (!taken) return 'no snapshot had been finished; the data was not touched';
    const now = await compareWith(ctx, taken);
    if (now.is === 'before') return 'the data is as it was';
    if (!mayRestore(ctx)) {
      throw new Problem('DATA_FAILED', `The failed release changed the schema of ${dataOf(ctx).what}`, {
        why: 'the old release would run on a changed schema, and users have written since the snapshot',
        next: `belay snapshot restore ${taken.id}`,
      });
    }
    await dataOf(ctx).restore(ctx.contextFor(), taken);
    return `the data was put back from ${taken.id}`;
  },
  async undone(ctx) {
    const taken = await dataOf(ctx).find(ctx.contextFor(), ownSnapshot(ctx));
    return taken ? compareWith(ctx, taken) : { is: 'before' };
  },
};

/** The snapshot that the person asked to have back; the one taken just before is the way back from it. */
export const restore: Step = {
  async look(ctx) {
    const wanted = await wantedSnapshot(ctx);
    const now = await dataOf(ctx).fingerprint(ctx.contextFor());
    return now.content === wanted.fingerprint.content
      ? { is: 'wanted', receipt: { snapshot: wanted.id } }
      : { is: 'before' };
  },
  async run(ctx) {
    const wanted = await wantedSnapshot(ctx);
    await dataOf(ctx).restore(ctx.contextFor(), wanted);
    return { snapshot: wanted.id };
  },
  // Undone by the snapshot step that comes right before it.
  undo: async () => 'put back by the snapshot taken before',
  undone: async () => ({ is: 'before' }),
};

async function wantedSnapshot(ctx: StepContext): Promise<Snapshot> {
  const id = ctx.plan.restores[ctx.step.target ?? ''] ?? '';
  const found = await dataOf(ctx).find(ctx.contextFor(), id);
  if (!found) throw new Problem('SNAPSHOT_UNKNOWN', `There is no snapshot ${id}`, { next: 'belay snapshot list' });
  return found;
}
