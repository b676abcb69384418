/** G9, G14: behind the commit a store that goes away makes no failure of a deployment that is live. */
import { afterEach, expect, test } from 'vitest';
import { deploy, type DeployResult } from '../../../src/core/deploy.ts';
import { Problem } from '../../../src/core/errors.ts';
import { recover } from '../../../src/core/recover.ts';
import { rollBack } from '../../../src/core/rollback.ts';
import { withSession } from '../../../src/core/open.ts';
import type { Environment } from '../../../src/core/runtime.ts';
import type { EnvironmentRow } from '../../../src/core/views.ts';
import type { Store } from '../../../src/stores/store.ts';
import type { Lifecycle, Target, Holding } from '../../../src/targets/target.ts';
import { DEPLOY, type Engine, memoryTarget, openEngine } from './engine.ts';

let engine: Engine;
afterEach(() => engine.dispose());

/** A store that nobody reaches from the moment on that `when` says. */
function leaving(when: { readonly away: () => boolean }): (store: Store) => Store {
  const gone = () => new Problem('STORE_UNREACHABLE', 'The store does not answer', { retry: 'later' });
  return (store) =>
    new Proxy(store, {
      get(target, name: keyof Store) {
        const part = target[name];
        if (name === 'leases') {
          const { leases } = target;
          const there = <A extends unknown[], T>(verb: (...args: A) => Promise<T>) => {
            return (...args: A): Promise<T> => (when.away() ? Promise.reject(gone()) : verb.apply(leases, args));
          };
          const { read, acquire, renew, release } = leases;
          return { read: there(read), acquire: there(acquire), renew: there(renew), release: there(release) };
        }
        if (typeof part !== 'function') return part;
        return (...args: never[]) =>
          when.away() ? Promise.reject(gone()) : (part as (...args: never[]) => unknown).apply(target, args);
      },
    });
}

/** Goes away by itself while the old releases are stopped, which is behind the commit. */
interface Scene {
  away: boolean;
  leaves: boolean;
  readonly environment: Environment;
  healthy: boolean;
}

async function openScene(more: Partial<Target> = {}, parts: Partial<Environment> = {}): Promise<Scene> {
  const running = new Set<string>();
  const lifecycle: Lifecycle = {
    start: async (_ctx, release) => void running.add(release.id),
    stop: async (_ctx, release) => void running.delete(release.id),
    running: async (_ctx, release) => running.has(release.id),
  };
  const target = memoryTarget({
    lifecycle,
    probe: async () => (scene.healthy ? { healthy: true } : { healthy: false, reason: 'answers 500' }),
    async prune() {
      if (scene.leaves) scene.away = true;
      return [];
    },
    ...more,
  });
  engine = await openEngine({ rate: 60, through: leaving({ away: () => scene.away }) });
  const scene: Scene = {
    away: false,
    leaves: false,
    healthy: true,
    environment: engine.environment({ web: target }, parts),
  };
  return scene;
}

const deployed = (scene: Scene, commit: string): Promise<DeployResult> =>
  deploy(engine.runtime, scene.environment, { ...DEPLOY, source: { commit } });

async function rowOf(): Promise<EnvironmentRow> {
  const [row] = await engine.runtime.store.view('environments', { environment: 'production' });
  return row?.row as EnvironmentRow;
}

test('it says that it committed, that it is live, and what the next command does, which then does it', async () => {
  const scene = await openScene();
  await deployed(scene, 'one');
  scene.leaves = true;
  const { outcome, unfinished, release } = await deployed(scene, 'two');
  expect(outcome).toBe('committed');
  expect(unfinished).toMatchObject({ verified: true, left: ['close the record'] });
  expect(unfinished?.why).toContain('The store does not answer');
  const notes = engine.notices.flatMap((notice) => (notice.type === 'note' ? [notice.text] : []));
  expect(notes.at(-1)).toMatch(/^the lock was not released.*The store does not answer/);

  Object.assign(scene, { away: false, leaves: false });
  expect((await rowOf()).open).not.toBeNull();
  // The lock was never let go: its holder's process is gone as far as the next one can tell.
  const next = { ...engine.runtime, isAlive: () => false };
  const recovered = await recover(next, scene.environment, 'retry', 'the store is back');
  expect(recovered?.outcome).toBe('committed');
  expect(await rowOf()).toMatchObject({ open: null, attention: null, live: { release } });
});

test('what is not well behind such a commit is not called verified', async () => {
  const scene = await openScene({
    async prune() {
      scene.away = true;
      scene.healthy = false;
      return [];
    },
  });
  const { outcome, unfinished } = await deployed(scene, 'one');
  expect(outcome).toBe('committed');
  expect(unfinished?.verified).toBe(false);
});

test('requests that are still held are not called verified either', async () => {
  let held = false;
  const holding: Holding = {
    hold: async () => void (held = true),
    async resume() {
      scene.away = true;
      throw new Problem('TARGET_FAILED', 'the router does not answer');
    },
    held: async () => held,
  };
  const scene = await openScene({ holding }, { strategy: 'recreate' });
  const { unfinished } = await deployed(scene, 'one');
  expect(unfinished).toMatchObject({ verified: false });
  expect(unfinished?.left).toContain('let requests through (web)');
});

test('before the commit it is an error, and nothing is called committed', async () => {
  const scene = await openScene({
    async activate() {
      scene.away = true;
    },
  });
  await expect(deployed(scene, 'one')).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
});

test('a rollback freezes what it left in the same write as its commit', async () => {
  const scene = await openScene();
  for (const commit of ['one', 'two']) await deployed(scene, commit);
  scene.leaves = true;
  const request = { to: null, reason: 'slow', data: 'keep', loseWrites: 0 } as const;
  const result = await withSession(engine.runtime, scene.environment, (session) => rollBack(session, request));
  expect(result).toMatchObject({ outcome: 'committed', changed: true, unfinished: { verified: true } });
  scene.away = false;
  expect((await rowOf()).frozen).toMatchObject([{ commit: 'two', reason: 'slow' }]);
});
