/** The suite that every target passes. Needs no test runner of ours: hand in your runner's `test`. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReleaseRef } from '../core/release.ts';
import type { Target, TargetContext } from '../targets/target.ts';
import { requestsAreHeld, seesRequests, trafficIsWhole, unwatchedGoesBack } from './target-traffic.ts';

/** A target on a fresh, empty platform. */
export interface TargetSubject {
  readonly target: Target;
  /** The context of a deployment; every call with the same id means the same deployment. */
  context(deployment: string): TargetContext;
  /** Values that the target was given and that nothing it returns may hold. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

export interface TargetContract {
  /** `test` of Vitest, node:test, or anything alike. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
  readonly name: string;
  readonly make: () => Promise<TargetSubject>;
  /** Limit for a release to get healthy. Default 30 s. */
  readonly readyMs?: number;
}

type Case = (subject: TargetSubject, bringUp: BringUp) => Promise<void>;
/** What the core does between staging and activating: start, then probe until healthy. */
type BringUp = (ctx: TargetContext, release: ReleaseRef) => Promise<void>;

const same = (actual: ReleaseRef | null, expected: ReleaseRef | null, message: string) =>
  assert.equal(actual?.id ?? null, expected?.id ?? null, message);

/** The context with a signal that is aborted when the stage says its first line. */
function abortedAtFirstLine(ctx: TargetContext): TargetContext {
  const controller = new AbortController();
  const say = (line: string) => {
    ctx.say(line);
    controller.abort();
  };
  return { ...ctx, say, signal: controller.signal };
}

const CASES: Readonly<Record<string, Case>> = {
  async 'an empty platform serves nothing and has nothing staged'({ target, context }) {
    same(await target.live(context('first')), null, 'live');
    same(await target.find(context('first')), null, 'find');
  },

  async 'staging takes no traffic'({ target, context }, bringUp) {
    await target.stage(context('first'));
    same(await target.live(context('first')), null, 'a staged release must not be live');
    const one = await target.stage(context('second'));
    await bringUp(context('second'), one);
    await target.activate(context('second'), one);
    await target.stage(context('third'));
    same(await target.live(context('third')), one, 'staging must not move traffic');
  },

  async 'what was staged is found by its own deployment, and by no other'({ target, context }) {
    const one = await target.stage(context('first'));
    const two = await target.stage(context('second'));
    assert.notEqual(one.id, two.id, 'two deployments of one commit are two releases');
    same(await target.find(context('first')), one, 'first');
    same(await target.find(context('second')), two, 'second');
    same(await target.find(context('third')), null, 'third');
  },

  async 'staging again for the same deployment leaves one release'({ target, context }) {
    await target.stage(context('first'));
    const again = await target.stage(context('first'));
    same(await target.find(context('first')), again, 'find');
    await target.discard(context('first'), again);
    same(await target.find(context('first')), null, 'nothing is left behind');
  },

  async 'a discarded release is gone, and discarding it again is fine'({ target, context }) {
    const one = await target.stage(context('first'));
    await target.discard(context('first'), one);
    same(await target.find(context('first')), null, 'find');
    await target.discard(context('first'), one);
    await target.discard(context('first'), null);
    await target.discard(context('never staged'), null);
  },

  async 'discarding without a reference removes what the deployment made'({ target, context }) {
    await target.stage(context('first'));
    const two = await target.stage(context('second'));
    await target.discard(context('first'), null);
    same(await target.find(context('first')), null, 'first');
    same(await target.find(context('second')), two, 'another deployment keeps its release');
  },

  async 'activating is read back, and doing it twice changes nothing'({ target, context }, bringUp) {
    const one = await target.stage(context('first'));
    await bringUp(context('first'), one);
    await target.activate(context('first'), one);
    same(await target.live(context('first')), one, 'once');
    await target.activate(context('first'), one);
    same(await target.live(context('first')), one, 'twice');
    same(await target.find(context('first')), one, 'a live release is still found');
  },

  async 'the way back is activating the release before'({ target, context }, bringUp) {
    const one = await target.stage(context('first'));
    await bringUp(context('first'), one);
    await target.activate(context('first'), one);
    const two = await target.stage(context('second'));
    await bringUp(context('second'), two);
    await target.activate(context('second'), two);
    same(await target.live(context('second')), two, 'forward');
    await bringUp(context('third'), one);
    await target.activate(context('third'), one);
    same(await target.live(context('third')), one, 'back');
    await target.discard(context('second'), two);
    same(await target.live(context('third')), one, 'still back after the failed release was removed');
  },

  async 'all traffic can be taken away'({ target, context }, bringUp) {
    await target.activate(context('first'), null);
    const one = await target.stage(context('first'));
    await bringUp(context('first'), one);
    await target.activate(context('first'), one);
    await target.activate(context('first'), null);
    same(await target.live(context('first')), null, 'live');
    await target.activate(context('first'), null);
    await target.discard(context('first'), one);
  },

  async 'the live release cannot be discarded'({ target, context }, bringUp) {
    const one = await target.stage(context('first'));
    await bringUp(context('first'), one);
    await target.activate(context('first'), one);
    await assert.rejects(target.discard(context('first'), one), { name: 'Problem' });
    await assert.rejects(target.discard(context('first'), null), { name: 'Problem' });
    same(await target.live(context('first')), one, 'still live');
    assert.equal((await target.probe(context('first'), one)).healthy, true, 'and still healthy');
  },

  async 'an interrupted stage leaves nothing that is taken for a release'({ target, context }) {
    await assert.rejects(target.stage({ ...context('first'), signal: AbortSignal.abort() }), 'aborted before it began');
    same(await target.find(context('first')), null, 'find after an abort before the beginning');
    const staged = await target.stage(abortedAtFirstLine(context('second'))).catch(() => null);
    same(await target.find(context('second')), staged, 'find agrees with how stage ended');
    await target.discard(context('second'), null);
    same(await target.find(context('second')), null, 'find after discard');
    const again = await target.stage(context('second'));
    same(await target.find(context('second')), again, 'the deployment can stage again');
  },

  async 'traffic is split between two releases, read back, seen, and taken back'({ target, context }, bringUp) {
    const { traffic } = target;
    if (!traffic) return;
    const one = await target.stage(context('first'));
    await bringUp(context('first'), one);
    await target.activate(context('first'), one);
    const ctx = context('second');
    const two = await target.stage(ctx);
    await bringUp(ctx, two);
    assert.deepEqual(await traffic.shares(ctx), { [one.id]: 1 }, 'undivided');
    await traffic.split(ctx, { [one.id]: 0.75, [two.id]: 0.25 });
    assert.deepEqual(await traffic.shares(ctx), { [one.id]: 0.75, [two.id]: 0.25 }, 'split');
    same(await target.live(ctx), one, 'the larger share is live');
    await seesRequests(traffic, ctx, { url: (await target.live(ctx))?.url, releases: [one.id, two.id] });
    await traffic.split(ctx, { [one.id]: 0.25, [two.id]: 0.75 });
    same(await target.live(ctx), two, 'the larger share has changed sides');
    await traffic.split(ctx, { [one.id]: 1, [two.id]: 0 });
    assert.deepEqual(await traffic.shares(ctx), { [one.id]: 1 }, 'a share of 0 is none');
    same(await target.live(ctx), one, 'back');
  },

  async 'a split that nobody watches goes back by itself'({ target, context }, bringUp) {
    const { traffic } = target;
    if (!traffic?.observe) return;
    const one = await target.stage(context('first'));
    await bringUp(context('first'), one);
    await target.activate(context('first'), one);
    const two = await target.stage(context('second'));
    await bringUp(context('second'), two);
    await unwatchedGoesBack(traffic, context('second'), { stable: one, candidate: two });
  },

  async 'references are small, plain JSON without secrets'({ target, context, secrets }, bringUp) {
    const one = await target.stage(context('first'));
    await bringUp(context('first'), one);
    await target.activate(context('first'), one);
    const returned = [
      one,
      await target.find(context('first')),
      await target.live(context('first')),
      await target.probe(context('first'), one),
    ];
    for (const value of returned) {
      const text = JSON.stringify(value);
      assert.deepEqual(JSON.parse(text), value, 'survives the journal unchanged');
      assert.ok(text.length < 4_096, 'belongs into a journal entry');
      for (const secret of secrets)
        assert.ok(!text.includes(secret), `holds a secret: ${text.replaceAll(secret, '[secret]')}`);
    }
  },

  async 'abilities are whole'({ target, context }, bringUp) {
    assert.ok(target.kind.length > 0 && target.landingMs >= 0);
    const one = await target.stage(context('first'));
    await bringUp(context('first'), one);
    await target.activate(context('first'), one);
    if (target.kept) assert.equal(await target.kept(context('first'), one), true, 'the live release is kept');
    if (target.prune) {
      assert.deepEqual(await target.prune(context('first'), [one.id]), [], 'pruning spares what it is told to keep');
      same(await target.live(context('first')), one, 'live after prune');
    }
    if (target.lifecycle) assert.equal(await target.lifecycle.running(context('first'), one), true, 'running');
    if (target.logs) assert.ok(Array.isArray(await target.logs(one, 5)), 'logs');
    if (target.holding) await requestsAreHeld(target.holding, context('first'));
    if (target.traffic) await trafficIsWhole(target.traffic, context('first'), one);
  },
};

/** Registers the whole suite with your runner's `test`. */
export function targetContract({ test, name, make, readyMs = 30_000 }: TargetContract): void {
  for (const [title, run] of Object.entries(CASES)) {
    test(`${name}: ${title}`, async () => {
      const subject = await make();
      const bringUp: BringUp = async (ctx, release) => {
        await subject.target.lifecycle?.start(ctx, release);
        const deadline = performance.now() + readyMs;
        for (;;) {
          const probe = await subject.target.probe(ctx, release);
          if (probe.healthy) return;
          assert.ok(!probe.final && performance.now() < deadline, `${release.id} is not healthy: ${probe.reason}`);
          await delay(25);
        }
      };
      try {
        await run(subject, bringUp);
      } finally {
        await subject.close();
      }
    });
  }
}
