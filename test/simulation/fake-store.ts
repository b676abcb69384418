/** The store as one process sees it: slow at times, away at times, and answers get lost before and after the commit. */
import { isProblem, Problem } from '../../src/core/errors.ts';
import type { JournalEvent } from '../../src/core/events.ts';
import type { Store } from '../../src/stores/store.ts';
import type { Actor } from './actor.ts';
import type { Faults } from './faults.ts';

export interface StoreWorld {
  readonly backing: Store;
  faults: Faults;
  /** The store answers nobody until then. */
  awayUntil: number;
  /** Sees every batch in the instant in which it becomes durable. */
  readonly written: (events: readonly JournalEvent[], actor: Actor) => void;
  /** A lease was granted. */
  readonly granted: (actor: Actor, answer: Awaited<ReturnType<Store['leases']['acquire']>>) => void;
  /** An append was refused: this process knows that it lost its lease. */
  readonly refused: (actor: Actor) => void;
}

function away(): Problem {
  return new Problem('STORE_UNREACHABLE', 'The store does not answer', { retry: 'later' });
}

export function storeFor(actor: Actor, shared: StoreWorld): Store {
  const { world, random } = actor;
  const call = <T>(what: string, work: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const { faults } = shared;
      if (!actor.survives(what)) return;
      const failed = (error: unknown) => actor.after(random.between(1, 4), () => reject(error as Error));
      if (faults.outage > 0 && random.chance(faults.outage)) {
        shared.awayUntil = Math.max(shared.awayUntil, world.now + random.between(500, faults.outageMs));
        world.trace(() => `the store is away until ${(shared.awayUntil / 1_000).toFixed(3)}`);
      }
      const slow = faults.storeSlow > 0 && random.chance(faults.storeSlow) ? random.between(200, 3_000) : 0;
      const lostBefore = random.chance(faults.storeLostBefore);
      const lostAfter = random.chance(faults.storeLostAfter);
      // Sent when the process runs, arrives whether it still lives or not.
      actor.whenRunning(() =>
        world.after(1 + slow, () => {
          if (world.now < shared.awayUntil || lostBefore) return failed(away());
          work().then((answer) => {
            if (lostAfter) return failed(away());
            if (actor.fate.crash > 0 && random.chance(actor.fate.crash / 2)) actor.die(`after ${what}`);
            actor.after(random.between(1, 3), () => resolve(answer));
          }, failed);
        }),
      );
    });
  const { backing } = shared;
  return {
    kind: backing.kind,
    where: backing.where,
    append: (fence, events) =>
      call(`append ${events.map((event) => event.kind).join(' ')}`, async () => {
        try {
          const written = await backing.append(fence, events);
          shared.written(written, actor);
          return written;
        } catch (error) {
          if (isProblem(error, 'FENCED')) shared.refused(actor);
          throw error;
        }
      }),
    read: (query) => call('read', () => backing.read(query)),
    head: (environment) => call('head', () => backing.head(environment)),
    view: (view, query) => call('view', () => backing.view(view, query)),
    leases: {
      read: (environment) => call('lease', () => backing.leases.read(environment)),
      acquire: (environment, request) =>
        call('acquire', async () => {
          const answer = await backing.leases.acquire(environment, request);
          shared.granted(actor, answer);
          return answer;
        }),
      renew: (fence) => call('renew', () => backing.leases.renew(fence)),
      release: (fence) => call('release', () => backing.leases.release(fence)),
    },
    documents: backing.documents,
    ask: (request) => call('ask', () => backing.ask(request)),
    asked: (environment, deployment) => call('asked', () => backing.asked(environment, deployment)),
    close: async () => undefined,
  };
}
