/** What one look at a release tells. */
import { afterEach, expect, test } from 'vitest';
import { type Bench, createBench } from './setup.ts';

let bench: Bench;
afterEach(() => bench.close());

test('a deployment that asks for a login is not healthy until the bypass is given', async () => {
  bench = await createBench({}, { settings: { ssoProtection: { deploymentType: 'all' } } });
  const ctx = bench.context('first');
  const release = await bench.target().stage(ctx);
  expect(await bench.target().probe(ctx, release)).toMatchObject({
    healthy: false,
    final: true,
    reason: expect.stringContaining('set `bypass`'),
  });
  const path = `/v1/projects/${bench.project.id}/protection-bypass`;
  const made = await bench.api<{ protectionBypass: Record<string, unknown> }>('PATCH', path, { generate: {} });
  const bypass = Object.keys(made.protectionBypass)[0] ?? '';
  expect(await bench.target({ bypass }).probe(ctx, release)).toEqual({ healthy: true, url: release.url });
  expect(await bench.target({ bypass: 'wrong' }).probe(ctx, release)).toMatchObject({ healthy: false, final: true });
});

test('a path that answers 404 is not healthy, and may yet become so', async () => {
  bench = await createBench();
  const ctx = bench.context('first');
  const release = await bench.target().stage(ctx);
  const probe = await bench.target({ probe: { path: '/api/health', limitMs: 1_000 } }).probe(ctx, release);
  expect(probe).toEqual({
    healthy: false,
    url: release.url,
    reason: 'GET /api/health answered 404, not 200 to 399',
  });
});

test('regions: what is not where it should be is not healthy, and only what was seen is told', async () => {
  bench = await createBench();
  const ctx = bench.context('first');
  const target = bench.target({ regions: ['fra1', 'iad1'] });
  const release = await target.stage(ctx);
  expect(await target.probe(ctx, release)).toMatchObject({ healthy: true });
  expect(bench.said.at(-1), 'each has answered').toBe('GET / answered 200: fra1, iad1 answered');
  expect(await bench.target({ regions: ['sfo1'] }).probe(ctx, release)).toEqual({
    healthy: false,
    final: true,
    reason: 'it runs in fra1, iad1, and not in sfo1 as configured',
  });
});
