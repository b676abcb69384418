/** A router under measurement: it takes a release into service, and says when the old one may end. */
import { type Backend } from '../../src/routers/router.ts';
import { startHelper } from './children.ts';
import type { RouterRequest } from './embedded-process.ts';

export interface SwitchedRouter {
  readonly name: string;
  readonly port: number;
  /** New requests go to `next` from now on. */
  switchTo(next: Backend): Promise<void>;
  /** Resolves when the release before it has answered everything. */
  drainOld(): Promise<void>;
  stop(): Promise<void>;
}

export async function startEmbedded(): Promise<SwitchedRouter> {
  const helper = startHelper(new URL('embedded-process.ts', import.meta.url));
  const ask = <T>(request: RouterRequest) => helper.ask<T>(request);
  const port = await ask<number>({ do: 'listen' });
  let live: Backend | null = null;
  let old: Backend | null = null;
  return {
    name: 'belay, embedded router',
    port,
    async switchTo(next) {
      old = live;
      live = next;
      const backends = old ? [old, next] : [next];
      await ask({ do: 'apply', table: { backends, shares: { [next.release]: 1 }, holdMs: null } });
    },
    async drainOld() {
      if (old) await ask({ do: 'drain', release: old.release });
      if (live) await ask({ do: 'apply', table: { backends: [live], shares: { [live.release]: 1 }, holdMs: null } });
    },
    stop: () => helper.stop(),
  };
}
