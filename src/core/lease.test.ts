/** Who gets the lock, when, and who is never put out of it; on a clock that a test moves. */
import { describe, expect, test } from 'vitest';
import type { Holder } from '../stores/store.ts';
import { memoryPlace } from '../testing/memory-store.ts';
import type { Clock } from '../util/clock.ts';
import { isProblem } from './errors.ts';
import { acquireLease, EFFECT_MARGIN_MS, ensureTimeForEffect, requireLease } from './lease.ts';
import type { Heartbeat, Notice, Runtime } from './runtime.ts';
import { VIEWS } from './views.ts';

const TTL_MS = 30_000;

/** Time passes only while somebody sleeps; `passing` is told of every instant. */
function clockFrom(start: number, passing: (now: number) => Promise<unknown> | void = () => undefined): Clock {
  let now = start;
  return {
    now: () => now,
    wall: () => new Date(now),
    async sleep(ms) {
      now += ms;
      await passing(now);
    },
  };
}

const holderOn = (host: string, pid: number): Holder => {
  return { user: `user${pid}`, host, bootId: host, pid, pidStart: '1', tool: 'belay' };
};

function setting(options: { judgesExpiry?: boolean; now?: () => number } = {}) {
  const store = memoryPlace(options).open(VIEWS);
  const notices: Notice[] = [];
  const asked = new AbortController();
  const runtime = (pid: number, clock: Clock, isAlive: Runtime['isAlive'] = () => null): Runtime => ({
    store,
    clock,
    exec: () => Promise.reject(new Error('runs nothing')),
    newId: () => `id-${pid}-${notices.length}-${clock.now()}`,
    holder: holderOn(pid % 2 === 0 ? 'beta' : 'alpha', pid),
    actor: 'mia',
    tool: 'belay',
    isAlive,
    startHeartbeat: () => beating(0),
    stop: { gently: asked.signal, now: new AbortController().signal },
    emit: (notice) => void notices.push(notice),
  });
  return { store, runtime, notices, asked };
}

/** A heartbeat whose lease ends at `deadline`; a renewal moves it to `renewed`, or finds the lease gone. */
function beating(deadline: number, renewed: number | null = null): Heartbeat {
  let until = deadline;
  return {
    deadline: () => until,
    async renew() {
      until = renewed ?? until;
      return renewed !== null;
    },
    stop: async () => undefined,
  };
}

const ask = (waitMs: number) => ({ ttlMs: TTL_MS, waitMs });

describe('taking the lock', () => {
  test('a free one is granted, with a token that rises each time (G1)', async () => {
    const { store, runtime } = setting();
    const first = await acquireLease(runtime(1, clockFrom(0)), 'production', ask(0));
    await store.leases.release(first.fence);
    const second = await acquireLease(runtime(2, clockFrom(50)), 'production', ask(0));
    expect([first.fence.token, second.fence.token]).toEqual([1, 2]);
    expect(second).toMatchObject({ former: null, takenAt: 50 });
  });

  test('of a held one it says by whom, at once when nobody wants to wait', async () => {
    const { runtime, notices } = setting();
    await acquireLease(runtime(1, clockFrom(0)), 'production', ask(0));
    await expect(acquireLease(runtime(2, clockFrom(0)), 'production', ask(0))).rejects.toMatchObject({
      code: 'LOCK_HELD',
      message: expect.stringContaining('user1 on alpha (pid 1)') as string,
    });
    expect(notices).toEqual([]);
  });

  test('a holder that renews is never deposed, however long somebody waits (G12)', async () => {
    const { store, runtime, notices } = setting();
    const { fence } = await acquireLease(runtime(1, clockFrom(0)), 'production', ask(0));
    const clock = clockFrom(0, (now) => (now % 5_000 === 0 ? store.leases.renew(fence) : undefined));
    const refused = await acquireLease(runtime(2, clock), 'production', ask(600_000)).catch((error: unknown) => error);
    expect(isProblem(refused, 'LOCK_HELD')).toBe(true);
    expect(clock.now()).toBe(600_000);
    expect(notices.filter((notice) => notice.type === 'waiting')).toHaveLength(600);
    expect(await store.leases.renew(fence)).toBe(true);
  });

  test('a holder that stands still is deposed after its term, counted on the own clock (G12, G13)', async () => {
    const { store, runtime } = setting();
    const dead = await acquireLease(runtime(1, clockFrom(0)), 'production', ask(0));
    // Years away from the holder's clock.
    const clock = clockFrom(1e12);
    const taken = await acquireLease(runtime(2, clock), 'production', ask(120_000));
    expect(clock.now() - 1e12).toBeGreaterThanOrEqual(TTL_MS);
    expect(clock.now() - 1e12).toBeLessThan(TTL_MS + 2_000);
    expect(taken.former).toMatchObject({ nonce: dead.fence.nonce });
    expect(await store.leases.renew(dead.fence)).toBe(false);
  });

  test('a process that is gone from this very host is deposed at once (G12)', async () => {
    const { runtime } = setting();
    await acquireLease(runtime(1, clockFrom(0)), 'production', ask(0));
    const clock = clockFrom(0);
    const taken = await acquireLease(
      runtime(3, clock, () => false),
      'production',
      ask(0),
    );
    expect(taken.fence.token).toBe(2);
    expect(clock.now()).toBe(0);
  });

  test('a store with a clock of its own decides by it, and nobody else does (G13)', async () => {
    let now = 0;
    const { runtime } = setting({ judgesExpiry: true, now: () => now });
    await acquireLease(runtime(1, clockFrom(0)), 'production', ask(0));
    // The challenger's clock runs away, the store's stands still: nothing is taken.
    await expect(acquireLease(runtime(2, clockFrom(0)), 'production', ask(300_000))).rejects.toMatchObject({
      code: 'LOCK_HELD',
    });
    now = TTL_MS + 1;
    expect((await acquireLease(runtime(2, clockFrom(0)), 'production', ask(0))).fence.token).toBe(2);
  });

  test('waiting ends when the operator asks to stop', async () => {
    const { runtime, asked } = setting();
    await acquireLease(runtime(1, clockFrom(0)), 'production', ask(0));
    const clock = clockFrom(0, (now) => {
      if (now >= 3_000) asked.abort();
    });
    await expect(acquireLease(runtime(2, clock), 'production', ask(600_000))).rejects.toMatchObject({
      code: 'LOCK_HELD',
    });
    expect(clock.now()).toBe(3_000);
  });
});

describe('before an effect (G14)', () => {
  const at = (deadline: number, renewed: number | null) =>
    ensureTimeForEffect(setting().runtime(1, clockFrom(0)), beating(deadline, renewed));

  test.each<[string, number, number | null, string | null]>([
    ['enough of the lease is left: nothing is asked', EFFECT_MARGIN_MS, null, null],
    ['too little is left, and it is renewed', EFFECT_MARGIN_MS - 1, 30_000, null],
    ['it has run out, and is renewed', -1, 30_000, null],
    ['somebody else has it', EFFECT_MARGIN_MS - 1, null, 'FENCED'],
    ['the renewal took too long', 100, EFFECT_MARGIN_MS - 1, 'LEASE_EXPIRING'],
  ])('%s', async (_name, deadline, renewed, code) => {
    const ended = await at(deadline, renewed).then(
      () => null,
      (error: unknown) => (isProblem(error) ? error.code : 'a bug'),
    );
    expect(ended).toBe(code);
  });

  test('a store that is away for a moment is asked again while the lease lasts', async () => {
    const clock = clockFrom(0);
    const store = { back: 3_000, deadline: EFFECT_MARGIN_MS - 1 };
    const heartbeat: Heartbeat = {
      deadline: () => store.deadline,
      async renew() {
        if (clock.now() >= store.back) store.deadline = clock.now() + 30_000;
        return true;
      },
      stop: async () => undefined,
    };
    await ensureTimeForEffect(setting().runtime(1, clock), heartbeat);
    expect(clock.now()).toBe(3_000);
    Object.assign(store, { back: Number.POSITIVE_INFINITY, deadline: clock.now() + 5_000 });
    await expect(ensureTimeForEffect(setting().runtime(1, clock), heartbeat)).rejects.toMatchObject({
      code: 'LEASE_EXPIRING',
    });
    expect(clock.now()).toBeLessThan(8_000);
  });

  test('no request of a long step is sent once the lease is over', () => {
    const runtime = setting().runtime(1, clockFrom(1_000));
    expect(() => requireLease(runtime, beating(1_001))).not.toThrow();
    expect(() => requireLease(runtime, beating(1_000))).toThrow(/could not be renewed in time/);
  });
});
