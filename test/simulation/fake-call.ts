/** One request of one process to one platform: sent, lost, late, refused, answered or not. */
import { Problem } from '../../src/core/errors.ts';
import type { TargetContext } from '../../src/targets/target.ts';
import type { Actor } from './actor.ts';
import type { Faults } from './faults.ts';
import type { Platform } from './platform.ts';

export interface Request {
  readonly actor: Actor;
  readonly platform: Platform;
  readonly verb: string;
  readonly release: string | null;
  readonly ctx: TargetContext;
}

export interface Platforms {
  faults: Faults;
  /** The engine calls the adapter: it must believe that the lease is its own. */
  readonly called: (request: Request) => void;
  /** The store holds an intent for this request; says what is wrong otherwise. */
  readonly received: (request: Request) => void;
  /** The request is about to change the platform. */
  readonly applied: (request: Request) => void;
  /** Whether what is under way for this request takes something back. */
  readonly undoing: (request: Request) => boolean;
}

type Fault = 'none' | 'fail' | 'lostBefore' | 'lostAfter' | 'hang' | 'hangAfter' | 'later' | 'lie' | 'late';

/** Undoing on a platform: broken for the next so many requests. */
export interface UndoFault {
  left: number;
  readonly lies: boolean;
}

const undoFaults = new WeakMap<Platform, UndoFault>();

export function breakUndo(platform: Platform, fault: UndoFault): void {
  undoFaults.set(platform, fault);
}

function draw(shared: Platforms, request: Request): Fault {
  const { actor, platform } = request;
  const { faults } = shared;
  const undo = undoFaults.get(platform);
  if (undo && undo.left > 0 && shared.undoing(request)) {
    undo.left -= 1;
    return undo.lies ? 'lie' : 'fail';
  }
  if (request.verb === 'resume' && actor.random.chance(faults.resumeFails)) return 'fail';
  const late = platform.landingMs > 0 ? faults.late : 0;
  let dice = actor.random.next();
  const names = ['fail', 'lostBefore', 'lostAfter', 'hang', 'later', 'lie'] as const;
  for (const name of names) {
    dice -= faults[name];
    if (dice < 0) return name === 'hang' && actor.random.chance(0.5) ? 'hangAfter' : name;
  }
  return dice - late < 0 ? 'late' : 'none';
}

const lost = (request: Request) => new Problem('TARGET_UNREACHABLE', `no answer to ${request.verb}`, { unknown: true });

/** What adapters say when they were told to stop; both are seen in the wild. */
function aborted(request: Request): Error {
  return request.actor.random.chance(0.5)
    ? new Problem('INTERRUPTED', `${request.verb} was interrupted`, { retry: 'later' })
    : lost(request);
}

/** A request that changes something. */
export function change<T>(shared: Platforms, request: Request, apply: () => T): Promise<T> {
  const { actor, platform, verb, ctx } = request;
  const { world, random } = actor;
  shared.called(request);
  return new Promise((resolve, reject) => {
    if (!actor.survives(`${verb} on ${platform.name}`)) return;
    const fail = (error: unknown) => {
      actor.troubles += 1;
      actor.after(random.between(1, 5), () => reject(error as Error));
    };
    const land = (): { readonly value: T } | { readonly error: unknown } => {
      try {
        platform.catchUp();
        if (platform.landingMs === 0 && ctx.fence.token < platform.token) {
          return { error: new Problem('FENCED', `${platform.name} has seen a newer token`) };
        }
        shared.applied(request);
        platform.token = Math.max(platform.token, ctx.fence.token);
        const value = apply();
        world.trace(
          () => `${platform.name}: ${verb} ${request.release ?? ''} by ${actor.traits.name} (${ctx.fence.token})`,
        );
        return { value };
      } catch (error) {
        return { error };
      }
    };
    const answer = (landed: ReturnType<typeof land>) => {
      if (actor.fate.crash > 0 && random.chance(actor.fate.crash)) actor.die(`after ${verb}`);
      if ('error' in landed) fail(landed.error);
      else
        actor.after(random.chance(shared.faults.slow) ? random.between(500, 3_000) : random.between(1, 20), () =>
          resolve(landed.value),
        );
    };
    const untilAborted = () => {
      const stop = () => fail(aborted(request));
      if (ctx.signal.aborted) stop();
      else ctx.signal.addEventListener('abort', stop, { once: true });
    };
    const fault = draw(shared, request);
    if (fault !== 'none') world.trace(() => `${verb} on ${platform.name} will be ${fault}`);
    // A process that is stopped right here sends only when it goes on.
    actor.whenRunning(() => {
      if (ctx.signal.aborted) return fail(aborted(request));
      shared.received(request);
      if (fault === 'fail') return fail(new Problem('TARGET_FAILED', `${platform.name} refuses to ${verb}`));
      if (fault === 'later')
        return fail(new Problem('TARGET_UNREACHABLE', `${platform.name} is busy`, { retry: 'later' }));
      if (fault === 'lostBefore') return fail(lost(request));
      if (fault === 'hang') return untilAborted();
      if (fault === 'late') {
        world.after(random.between(1, platform.landingMs - 1), () => void land());
        return fail(lost(request));
      }
      world.after(random.between(1, 30), () => {
        if (fault === 'lie') {
          actor.troubles += 1;
          return actor.after(1, () => resolve(undefined as T));
        }
        const landed = land();
        if (fault === 'lostAfter') return fail(lost(request));
        if (fault === 'hangAfter') return untilAborted();
        answer(landed);
      });
    });
  });
}

/** A request that only looks. */
export function look<T>(shared: Platforms, request: Request, read: () => T): Promise<T> {
  const { actor, platform, verb } = request;
  const { world, random } = actor;
  return new Promise((resolve, reject) => {
    if (!actor.survives(`${verb} on ${platform.name}`)) return;
    const blind = random.chance(shared.faults.blind);
    actor.whenRunning(() =>
      world.after(random.between(1, 10), () => {
        platform.catchUp();
        if (blind) {
          actor.troubles += 1;
          const retry = random.chance(0.7) ? { retry: 'later' as const } : {};
          const error = new Problem('TARGET_UNREACHABLE', `${platform.name} cannot be looked at`, retry);
          return actor.after(random.between(1, 5), () => reject(error));
        }
        try {
          const seen = read();
          actor.after(random.between(1, 5), () => resolve(seen));
        } catch (error) {
          actor.after(1, () => reject(error as Error));
        }
      }),
    );
  });
}
