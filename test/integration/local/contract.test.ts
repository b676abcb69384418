import { afterAll, beforeAll, test } from 'vitest';
import { targetContract } from '../../../src/testing/target-contract.ts';
import { freePort } from '../../support/postgres.ts';
import { httpApp } from '../../fixtures/apps/app-repository.ts';
import { startDaemon, type RunningDaemon } from './daemon.ts';
import { createBench, SECRET } from './setup.ts';

let daemon: RunningDaemon;
beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(() => daemon.stop());

targetContract({
  test,
  name: 'local',
  async make() {
    const bench = createBench(daemon.connect);
    const commit = bench.repository.commit(httpApp('1'));
    const target = bench.target({ port: await freePort(), env: { TOKEN: SECRET }, build: 'echo building; sleep 0.05' });
    return {
      target,
      context: (deployment) => bench.context(deployment, commit),
      secrets: [SECRET],
      async close() {
        await daemon.clear();
        bench.remove();
      },
    };
  },
});
