/** Puts a release live by the vendor's protocol: evaluate, start, wait for the schema, finish. Code changes with the last call only. */
import { isProblem, Problem } from '../../core/errors.ts';
import type { ReleaseRef } from '../../core/release.ts';
import type { ConvexClient, SchemaWait, StartedPush } from '../../platforms/convex/client.ts';
import { emptied, onSchemaOf, type PushRequest } from '../../platforms/convex/push-request.ts';
import type { TargetContext } from '../target.ts';
import { readKept, readPush } from './kept-releases.ts';
import { liveRelease } from './live-release.ts';
import { requireComponent } from './stage.ts';
import type { ConvexSetup } from './options.ts';

/** @throws Problem RELEASE_PRUNED, DATA_FAILED (the data does not fit the schema), TARGET_UNREACHABLE, TARGET_FAILED */
export async function activateRelease(
  ctx: TargetContext,
  setup: ConvexSetup,
  release: ReleaseRef | null,
): Promise<void> {
  if (release === null) return remove(ctx, setup);
  const client = await setup.client();
  const request = await requirePush(setup, release.id);
  if (setup.holdsStore) requireComponent(request);
  try {
    await push(ctx, client, request);
  } catch (error) {
    const refused = isProblem(error, 'DATA_FAILED');
    const widened = refused ? await onNewerSchema(ctx, setup, request, release) : null;
    if (!refused || !widened) throw error;
    ctx.say(`${error.why}; so the old functions go live on the schema that is there`);
    await push(ctx, client, widened);
  }
}

async function requirePush(setup: ConvexSetup, id: string): Promise<PushRequest> {
  const request = await readPush(setup, id);
  if (request) return request;
  throw new Problem('RELEASE_PRUNED', `Release ${id} is not kept any more`, {
    why: 'its push request is not in the store of this environment',
    next: 'belay releases',
  });
}

/**
 * Only for a release that ran before: the old functions on the schema in force. A candidate whose schema the data
 * refuses has to fail.
 */
async function onNewerSchema(
  ctx: TargetContext,
  setup: ConvexSetup,
  request: PushRequest,
  release: ReleaseRef,
): Promise<PushRequest | null> {
  if ((await readKept(setup, release.id))?.deployments.at(-1) === ctx.deployment) return null;
  const live = await liveRelease(setup, ctx.signal);
  const newer = live && (await readPush(setup, live.id));
  return newer ? onSchemaOf(request, newer) : null;
}

async function remove(ctx: TargetContext, setup: ConvexSetup): Promise<void> {
  const client = await setup.client();
  const live = await liveRelease(setup, ctx.signal);
  if (!live) return;
  const request = await readPush(setup, live.id);
  if (!request) {
    throw new Problem('TARGET_FAILED', `What is live on ${new URL(client.url).host} was not put there by Belay`, {
      why: `${live.id} is unknown, and is not removed`,
    });
  }
  await push(ctx, client, emptied(request));
}

type Context = Pick<TargetContext, 'signal' | 'say' | 'deployment'>;

/** Read back by who asks what is live. @throws Problem DATA_FAILED when documents that are there do not fit the schema: no function has changed then */
export async function push(ctx: Context, client: ConvexClient, request: PushRequest): Promise<void> {
  const started = await client.startPush(request, ctx.signal);
  await waitForSchema(ctx, client, started);
  await client.finishPush(started, `belay ${ctx.deployment}`, ctx.signal);
}

/** The service itself waits up to ten seconds for each answer. The step's time limit ends it. */
async function waitForSchema(ctx: Context, client: ConvexClient, started: StartedPush): Promise<void> {
  let told = '';
  for (;;) {
    const wait = await client.waitForSchema(started, ctx.signal);
    if (wait.type === 'complete') return;
    if (wait.type !== 'inProgress') throw refusalOf(wait);
    const progress = describeProgress(wait);
    if (progress !== told) ctx.say((told = progress));
    ctx.signal.throwIfAborted();
  }
}

function describeProgress({ components }: Extract<SchemaWait, { type: 'inProgress' }>): string {
  const all = Object.values(components);
  const sum = (of: (one: (typeof all)[number]) => number) => all.reduce((total, one) => total + of(one), 0);
  const validated = all.every((one) => one.schemaValidationComplete);
  const indexes = `${sum((one) => one.indexesComplete)} of ${sum((one) => one.indexesTotal)} indexes built`;
  return `schema: ${validated ? 'documents validated' : 'validating documents'}, ${indexes}`;
}

function refusalOf(wait: Exclude<SchemaWait, { type: 'complete' | 'inProgress' }>): Problem {
  if (wait.type === 'raceDetected') {
    return new Problem('TARGET_FAILED', 'The schema was overwritten by another push', {
      why: 'somebody deployed to this Convex deployment at the same time, without Belay',
      next: 'belay status, then deploy again',
      retry: 'later',
    });
  }
  const table = wait.tableName === undefined ? '' : ` (table ${wait.tableName})`;
  return new Problem('DATA_FAILED', `The data does not fit the schema${table}`, {
    why: wait.error,
    next: 'belay schema check   tells what to do instead',
    retry: 'after-change',
  });
}
