import { test } from 'vitest';
import { targetContract } from '../../../src/testing/target-contract.ts';
import { createBench } from './setup.ts';

targetContract({
  test,
  name: 'vercel by rolling releases',
  async make() {
    const bench = await createBench();
    const target = bench.target({ stages: [0.25, 0.75] });
    return {
      target,
      context: (deployment) => bench.context(deployment),
      secrets: [bench.vercel.token],
      close: bench.close,
    };
  },
});

targetContract({
  test,
  name: 'vercel by Edge Config',
  async make() {
    const bench = await createBench({ plan: 'hobby' });
    const { id } = await bench.api<{ id: string }>('POST', '/v1/edge-config', { slug: 'belay' });
    const target = bench.target({ edgeConfig: { id, key: 'belay' } });
    return {
      target,
      context: (deployment) => bench.context(deployment),
      secrets: [bench.vercel.token],
      close: bench.close,
    };
  },
});
