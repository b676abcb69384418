/** The front of an application, over changes of the router and restarts of the daemon. */
import { describeError } from '../core/errors.ts';
import type { Router, RouteTable } from '../routers/router.ts';
import { sameRouter, type CreateFront, type Front } from './front.ts';
import type { RouterChoice } from './protocol.ts';
import type { PublicAddress } from './public-listener.ts';

export interface Doorway {
  readonly router: () => Router;
  readonly kind: () => RouterChoice['kind'];
  apply(table: RouteTable): Promise<void>;
  /** Opens the port with the router that is asked for, another one than before if need be. */
  open(address: PublicAddress, choice: RouterChoice): Promise<void>;
  /** Tries until it is open: there is nobody to tell. */
  reopen(address: PublicAddress): void;
  /** No new connections; open requests go on. */
  shut(): Promise<void>;
  close(): Promise<void>;
}

export interface DoorwayParts {
  readonly app: string;
  readonly choice: RouterChoice;
  readonly createFront: CreateFront;
  readonly say: (line: string) => void;
}

const TRY_AGAIN_MS = 1_000;
/** What a router that was replaced still has may take this long. */
const LIMITS = { requestsMs: 30_000, streamsMs: 30_000 };

export function createDoorway({ app, choice: first, createFront, say }: DoorwayParts): Doorway {
  let front = createFront(app, first);
  /** Replaced ones that still answer what they have. */
  const leaving = new Set<Front>();
  let table: RouteTable | null = null;
  let address: PublicAddress | null = null;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  async function leave(old: Front): Promise<void> {
    leaving.add(old);
    const releases = table?.backends.map(({ release }) => release) ?? [];
    await Promise.all(releases.map((release) => old.router.drain(release, LIMITS)));
    leaving.delete(old);
    await old.router.close();
  }

  /** The port is closed for the moment in which one router hands it to the other. */
  async function replace(at: PublicAddress, choice: RouterChoice): Promise<void> {
    const [old, next] = [front, createFront(app, choice)];
    if (table) await next.router.apply(table);
    await old.handOver();
    try {
      await next.open(at);
    } catch (error) {
      await next.router.close();
      if (address) await old.open(address);
      throw error;
    }
    front = next;
    leave(old).catch((error: unknown) => say(`${app}: the router before did not end: ${describeError(error)}`));
  }

  function reopen(at: PublicAddress): void {
    front.open(at).then(
      () => (address = at),
      (error: unknown) => {
        say(`${app}: cannot listen on ${at.host}:${at.port}: ${describeError(error)}`);
        if (!ended) timer = setTimeout(reopen, TRY_AGAIN_MS, at);
      },
    );
  }

  return {
    router: () => front.router,
    kind: () => front.choice.kind,
    async apply(next) {
      table = next;
      await Promise.all([front, ...leaving].map(({ router }) => router.apply(next)));
    },
    async open(at, choice) {
      clearTimeout(timer);
      await (sameRouter(choice, front.choice) ? front.open(at) : replace(at, choice));
      address = at;
    },
    reopen,
    async shut() {
      ended = true;
      clearTimeout(timer);
      await front.pause();
    },
    async close() {
      await Promise.all([front, ...leaving].map(({ router }) => router.close()));
    },
  };
}
