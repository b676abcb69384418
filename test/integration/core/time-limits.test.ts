/** G5, G6: a target that never answers, and does not listen to its signal either, ends no deployment in a wait without end. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deploy } from '../../../src/core/deploy.ts';
import { recover } from '../../../src/core/recover.ts';
import type { ReleaseRef } from '../../../src/core/release.ts';
import type { Environment } from '../../../src/core/runtime.ts';
import { describeObserved } from '../../../src/core/status.ts';
import { DEPLOY, type Engine, memoryTarget, openEngine } from './engine.ts';

/** A minute of a limit is a second of the test. */
const RATE = 60;
const LIMITS = { stage: 10_000, activate: 10_000, verify: 10_000 };

let engine: Engine;
beforeEach(async () => {
  engine = await openEngine({ rate: RATE });
});
afterEach(() => engine.dispose());

const forEver = () => new Promise<never>(() => undefined);

/** Whether a look at what is live is never answered, by how many there were and what was activated so far. */
type Deafness = (look: { readonly count: number; readonly activated: readonly (string | null)[] }) => boolean;

interface Silent {
  deaf: Deafness;
  readonly environment: Environment;
  readonly live: () => ReleaseRef | null;
}

function silentTarget(): Silent {
  const activated: (string | null)[] = [];
  let count = 0;
  let live: ReleaseRef | null = null;
  const target = memoryTarget({
    async live() {
      count += 1;
      return silent.deaf({ count, activated }) ? forEver() : live;
    },
    async activate(_ctx, release) {
      activated.push(release?.id ?? null);
      live = release;
    },
  });
  const silent: Silent = {
    deaf: () => false,
    environment: engine.environment({ web: target }, { limits: LIMITS }),
    live: () => live,
  };
  return silent;
}

async function failures(): Promise<string[]> {
  const kinds = ['step.failed', 'step.unknown', 'undo.failed', 'attention.raised'] as const;
  const events = await engine.runtime.store.read({ environment: 'production', kinds });
  return events.map(({ kind, data }) => {
    const { step = '', error, reason } = data as { step?: string; error?: { message: string }; reason?: string };
    return `${kind} ${step} ${error?.message ?? reason}`;
  });
}

test('before anything is planned: refused as unreachable, and the lock is free again', async () => {
  const silent = silentTarget();
  silent.deaf = () => true;
  await expect(deploy(engine.runtime, silent.environment, DEPLOY)).rejects.toMatchObject({
    code: 'TARGET_UNREACHABLE',
    message: 'web gave no answer within 10 s',
  });
  expect((await engine.runtime.store.leases.read('production'))?.holder).toBeNull();
  expect(await describeObserved(engine.runtime, silent.environment)).toBe('web: cannot tell (the record says nothing)');
});

test('before the step: nothing was done, so the deployment is rolled back', async () => {
  const silent = silentTarget();
  silent.deaf = ({ count }) => count === 2;
  const { outcome } = await deploy(engine.runtime, silent.environment, DEPLOY);
  expect(await failures()).toEqual(['step.failed activate:web activate:web took longer than 10 s']);
  expect(outcome).toBe('rolled-back');
});

test('when it is read back: looked at once more, then it could not be told, and it is taken back', async () => {
  const silent = silentTarget();
  silent.deaf = ({ count }) => count === 3 || count === 4;
  const { outcome } = await deploy(engine.runtime, silent.environment, DEPLOY);
  expect(await failures()).toEqual([
    'step.unknown activate:web activate:web took longer than 10 s',
    'step.failed activate:web activate:web took longer than 10 s',
  ]);
  expect(outcome).toBe('rolled-back');
  expect(silent.live()).toBeNull();
});

test('while it is undone: stuck, and `recover` goes on once it answers', async () => {
  const silent = silentTarget();
  silent.deaf = ({ activated }) => activated.length > 0;
  const { outcome } = await deploy(engine.runtime, silent.environment, DEPLOY);
  expect(outcome).toBe('stuck');
  const said = await failures();
  expect(said.filter((line) => line.startsWith('undo.failed'))).toHaveLength(3);
  expect(said.at(-1)).toMatch(/^attention\.raised {2}cannot undo activate:web .* took longer than 10 s$/);
  silent.deaf = () => false;
  const recovered = await recover(engine.runtime, silent.environment, 'retry', 'it answers again');
  expect(recovered?.outcome).toBe('rolled-back');
});

test('when everything is read back after undoing: never called rolled back', async () => {
  const silent = silentTarget();
  // The switch and its way back are seen; the last look of all is not answered.
  silent.deaf = ({ count, activated }) => count === 4 || (activated.length === 2 && count > 5);
  const { outcome } = await deploy(engine.runtime, silent.environment, DEPLOY);
  expect(outcome).toBe('stuck');
  expect((await failures()).at(-1)).toMatch(/could not read back what is live: read-back took longer than 10 s/);
});
