/** G8: data whose users cannot be kept waiting is never replaced by a strategy that may have to put it back. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deploy } from '../../../src/core/deploy.ts';
import { previewDeployment } from '../../../src/core/preview.ts';
import { restoreSnapshot } from '../../../src/core/restore.ts';
import { rollBack } from '../../../src/core/rollback.ts';
import { withSession } from '../../../src/core/open.ts';
import { createSnapshot, findSnapshot } from '../../../src/core/snapshots.ts';
import { createDirectoryData } from '../../../src/databases/directory.ts';
import type { Target } from '../../../src/targets/target.ts';
import { DEPLOY, type Engine, memoryTarget, openEngine } from './engine.ts';

let engine: Engine;
let folder: string;
beforeEach(async () => {
  engine = await openEngine();
  folder = mkdtempSync(join(tmpdir(), 'belay-unheld-'));
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data', 'orders'), 'one');
});
afterEach(async () => {
  await engine.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Protects a directory; nobody can hold its requests. */
function unheldTarget(): Target {
  const data = createDirectoryData({
    what: 'orders',
    path: join(folder, 'data'),
    snapshots: join(folder, 'snapshots'),
  });
  return memoryTarget({ data });
}

const REFUSED = {
  code: 'GATE_REFUSED',
  message: 'The requests of shop cannot be held while data is replaced',
  why: expect.stringContaining('lose what users wrote') as string,
};

test('`recreate` is refused before anything, with the reason and another way', async () => {
  const target = unheldTarget();
  const environment = engine.environment({ shop: target, api: memoryTarget() }, { strategy: 'recreate' });
  const preview = await previewDeployment(engine.runtime, environment, DEPLOY);
  expect(preview.objections).toMatchObject([{ gate: 'hold', next: expect.stringContaining('all-at-once') as string }]);

  const { outcome, refusal } = await deploy(engine.runtime, environment, DEPLOY);
  expect(outcome).toBe('refused');
  expect(refusal).toMatchObject({ ...REFUSED, exitCode: 3, next: expect.stringContaining('blue-green') as string });
  expect(memoryOf(target).releases.size).toBe(0);
  const gates = await engine.runtime.store.read({ environment: 'production', kinds: ['gate.checked'] });
  expect(gates.map((event) => event.data)).toMatchObject([{ check: 'hold', status: 'fail' }]);
});

test('beside the running release the same target is deployed', async () => {
  const environment = engine.environment({ shop: unheldTarget() });
  expect((await deploy(engine.runtime, environment, DEPLOY)).outcome).toBe('committed');
});

test('data is not put back under such a target: neither by a rollback nor by hand', async () => {
  const environment = engine.environment({ shop: unheldTarget() });
  const { runtime } = engine;
  for (const commit of ['one', 'two']) await deploy(runtime, environment, { ...DEPLOY, source: { commit } });
  const goBack = { to: null, reason: null, loseWrites: 99 };
  const rollingBack = withSession(runtime, environment, (session) => rollBack(session, { ...goBack, data: 'restore' }));
  await expect(rollingBack).rejects.toMatchObject({
    ...REFUSED,
    next: expect.stringContaining('--keep-data') as string,
  });
  const { id } = await createSnapshot(runtime, environment, 'shop');
  const row = await findSnapshot(runtime, 'production', id);
  const restoring = restoreSnapshot(runtime, environment, row, { loseWrites: 99, reason: null });
  await expect(restoring).rejects.toMatchObject(REFUSED);
  const kept = await withSession(runtime, environment, (session) => rollBack(session, { ...goBack, data: 'keep' }));
  expect(kept).toMatchObject({ outcome: 'committed', changed: true });
});

function memoryOf(target: Target) {
  return target as ReturnType<typeof memoryTarget>;
}
