/** What is live runs with another schema than its release: an event of its own, before the commit and after it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeEvent } from '../../../src/core/event-words.ts';
import { deploy } from '../../../src/core/deploy.ts';
import type { Environment } from '../../../src/core/runtime.ts';
import type { Probe } from '../../../src/targets/target.ts';
import { DEPLOY, type Engine, memoryTarget, openEngine } from './engine.ts';

const MISMATCH = { expected: 'two', saw: 'one', check: 'system:getSchemaVersion' };
const WRONG: Probe = { healthy: false, reason: 'schema version mismatch', schema: MISMATCH };

let engine: Engine;
let probe: Probe;
beforeEach(async () => {
  engine = await openEngine({ rate: 20 });
  probe = { healthy: true };
});
afterEach(() => engine.dispose());

/** @param onCheck told each time that the checks run */
function shop(more: Partial<Environment> = {}, onCheck = () => {}): Environment {
  const check = {
    name: 'orders',
    async run() {
      onCheck();
      return { check: 'orders', status: 'pass' as const, summary: '', findings: [], measurements: [] };
    },
  };
  const backend = memoryTarget({ role: 'backend', probe: async () => probe });
  return engine.environment({ backend }, { checks: [check], ...more });
}

const told = () => engine.runtime.store.read({ environment: 'production', kinds: ['schema.mismatched'] });

test('before the commit it fails the checks, whatever else passes, and is on record once', async () => {
  probe = WRONG;
  const { outcome } = await deploy(engine.runtime, shop(), DEPLOY);
  expect(outcome).toBe('rolled-back');
  const events = await told();
  expect(events.map(({ data }) => data)).toEqual([{ target: 'backend', ...MISMATCH }]);
  expect(events[0] && describeEvent(events[0])).toMatchObject({
    text: 'backend runs with one, its release has two (system:getSchemaVersion)',
  });
  const failed = await engine.runtime.store.read({ environment: 'production', kinds: ['step.failed'] });
  expect(JSON.stringify(failed)).toContain('schema version of backend fail');
});

test('after the commit it is told once, and takes the release back like a check that fails', async () => {
  const watched = {
    bakeMs: 60_000,
    triggers: [{ type: 'health', failures: 3, everyMs: 100 } as const],
  };
  const environment = shop(watched);
  await deploy(engine.runtime, environment, DEPLOY);
  let checks = 0;
  const breaking = shop(watched, () => {
    checks += 1;
    if (checks > 1) probe = WRONG;
  });
  const targets = environment.targets;
  const second = { ...DEPLOY, source: { commit: 'c0ffee2' } };
  const { outcome, watched: seen } = await deploy(engine.runtime, { ...breaking, targets }, second);
  expect(outcome).toBe('committed');
  expect(seen).toMatchObject({ result: 'breached' });
  expect(await told()).toHaveLength(1);
});
