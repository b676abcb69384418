/** The part of the target contract about traffic: held, counted, split, and seen request by request. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReleaseRef } from '../core/release.ts';
import type { Observation } from '../routers/router.ts';
import type { Target, TargetContext } from '../targets/target.ts';

/** Where requests can be made, each is seen once. */
export async function seesRequests(
  traffic: NonNullable<Target['traffic']>,
  ctx: TargetContext,
  { url, releases }: { readonly url: string | undefined; readonly releases: readonly string[] },
): Promise<void> {
  if (!traffic.observe) return;
  let cursor = (await traffic.observe(ctx, null, 0)).next;
  const sent = url === undefined ? 0 : 20;
  for (let count = 0; count < sent; count++) await (await fetch(url ?? '')).text();
  const items: Observation[] = [];
  while (items.length < sent) {
    const seen = await traffic.observe(ctx, cursor, 5_000);
    assert.ok(seen.items.length > 0, `${items.length} of ${sent} requests were seen`);
    items.push(...seen.items);
    cursor = seen.next;
  }
  const rest = await traffic.observe(ctx, cursor, 0);
  assert.deepEqual([items.length, rest.items, rest.missed], [sent, [], 0], 'each once');
  assert.ok(
    items.every(({ release, status }) => releases.includes(release) && status === 200),
    'of these releases',
  );
}

export async function requestsAreHeld(holding: NonNullable<Target['holding']>, ctx: TargetContext): Promise<void> {
  assert.equal(await holding.held(ctx), false, 'not held at first');
  await holding.hold(ctx);
  await holding.hold(ctx);
  assert.equal(await holding.held(ctx), true, 'held');
  await holding.resume(ctx);
  await holding.resume(ctx);
  assert.equal(await holding.held(ctx), false, 'resumed');
}

export async function trafficIsWhole(
  traffic: NonNullable<Target['traffic']>,
  ctx: TargetContext,
  release: ReleaseRef,
): Promise<void> {
  const seen = await traffic.evidence?.(ctx, release);
  assert.ok(!seen || (seen.requests >= seen.errors && seen.errors >= 0 && seen.restarts === 0), 'evidence counts');
  await traffic.split(ctx, { [release.id]: 1 });
}

const UNWATCHED_MS = 400;
const BACK_WITHIN_MS = 20_000;

/** While it is watched it stays, and without a guard it stays whoever watches. */
export async function unwatchedGoesBack(
  traffic: NonNullable<Target['traffic']>,
  ctx: TargetContext,
  { stable, candidate }: { readonly stable: ReleaseRef; readonly candidate: ReleaseRef },
): Promise<void> {
  const half = { [stable.id]: 0.5, [candidate.id]: 0.5 };
  const guard = { release: stable.id, afterMs: UNWATCHED_MS };
  await traffic.split(ctx, half, guard);
  await traffic.split(ctx, half);
  await delay(UNWATCHED_MS * 2);
  assert.deepEqual(await traffic.shares(ctx), half, 'a split without a guard has ended the one before');
  await traffic.split(ctx, half, guard);
  const watchedUntil = performance.now() + UNWATCHED_MS * 3;
  while (performance.now() < watchedUntil) await traffic.observe?.(ctx, null, 50);
  assert.deepEqual(await traffic.shares(ctx), half, 'watched');
  const deadline = performance.now() + BACK_WITHIN_MS;
  while ((await traffic.shares(ctx))[stable.id] !== 1) {
    assert.ok(performance.now() < deadline, 'unwatched: all traffic goes back');
    await delay(50);
  }
}
