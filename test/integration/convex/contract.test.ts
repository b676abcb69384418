/** The Convex target and its data keep the promises of their contracts, against a deployment that speaks the vendor's protocol. */
import { afterAll, beforeAll, test } from 'vitest';
import { dataContract } from '../../../src/testing/data-contract.ts';
import { targetContract } from '../../../src/testing/target-contract.ts';
import { createConvexScene } from './convex-scene.ts';
import { recordBundle, type RecordedBundle } from '../../support/convex/recorded-bundle.ts';
import { app } from '../../support/convex/shop-app.ts';

let bundle: RecordedBundle;
beforeAll(() => {
  bundle = recordBundle();
});
afterAll(() => bundle.remove());

targetContract({
  test,
  name: 'convex',
  async make() {
    const scene = await createConvexScene({ install: bundle.install });
    // The same code is the same release: each deployment ships its own.
    const commits = new Map<string, string>();
    const commitOf = (deployment: string): string => {
      const known = commits.get(deployment) ?? scene.repository.commit(app(deployment));
      commits.set(deployment, known);
      return known;
    };
    return {
      target: scene.target,
      context: (deployment) => scene.context(deployment, commitOf(deployment)),
      secrets: [scene.emulator.adminKey],
      close: () => scene.close(),
    };
  },
});

dataContract({
  test,
  name: 'convex',
  async make() {
    const scene = await createConvexScene({ install: bundle.install });
    const { ctx } = await scene.ship('one');
    await scene.emulator.insert('users', [{ name: 'ada' }, { name: 'grace' }]);
    let writes = 0;
    return {
      data: scene.data,
      ctx,
      snapshots: scene.snapshots,
      read: async () => JSON.stringify(await scene.emulator.documents('users')),
      write: () => scene.emulator.insert('users', [{ name: `user ${(writes += 1)}` }]),
      async lose() {
        scene.emulator.clear('users');
      },
      close: () => scene.close(),
    };
  },
});
