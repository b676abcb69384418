/** M7 in a deployment: what the schemas say decides whether it ships, and later whether there is a way back over it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Check } from '../../../src/checks/check.ts';
import { deploy, type DeployRequest } from '../../../src/core/deploy.ts';
import { previewDeployment } from '../../../src/core/preview.ts';
import { releasesOf, rollBack, type RollbackRequest } from '../../../src/core/rollback.ts';
import { withSession } from '../../../src/core/open.ts';
import { readEnvironmentRow } from '../../../src/core/status.ts';
import type { Environment } from '../../../src/core/runtime.ts';
import type { SchemaFinding, SchemaInspection } from '../../../src/core/schema-gate.ts';
import { DEPLOY, type Engine, memoryTarget, openEngine } from './engine.ts';

let engine: Engine;
beforeEach(async () => {
  engine = await openEngine();
});
afterEach(() => engine.dispose());

const SAFE: SchemaInspection = {
  rollbackClass: 'code-only',
  because: null,
  findings: [{ level: 'note', place: 'users', why: 'a column is added', recipe: [] }],
  summary: '1 new migration: nothing stands in the way',
};

const WHY = '0003.sql:1: data is destroyed: the column email is dropped';

function breaking(level: SchemaFinding['level'] = 'breaking'): SchemaInspection {
  return {
    rollbackClass: 'forward-only',
    because: WHY,
    findings: [{ level, place: '0003.sql:1', why: 'the column email is dropped', recipe: ['release code without it'] }],
    summary: '1 new migration: 1 thing in the way',
  };
}

/** What is compared, and what the inspector answers, by the commit that is to ship. */
function shop(answers: Readonly<Record<string, SchemaInspection>>): {
  readonly environment: Environment;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const inspect = async (from: { commit: string }, to: { commit: string }) => {
    asked.push(`${from.commit} → ${to.commit}`);
    return answers[to.commit] ?? null;
  };
  return { environment: engine.environment({ web: memoryTarget() }, { schema: { inspect } }), asked };
}

const ship = (environment: Environment, commit: string, more: Partial<DeployRequest> = {}) =>
  deploy(engine.runtime, environment, { ...DEPLOY, source: { commit }, ...more });

const back = (environment: Environment, more: Partial<RollbackRequest> = {}) =>
  withSession(engine.runtime, environment, (session) =>
    rollBack(session, { to: null, reason: null, data: 'ask', loseWrites: 0, ...more }),
  );

const liveCommit = async () => (await readEnvironmentRow(engine.runtime.store, 'production'))?.live?.source.commit;

const gates = async () =>
  (await engine.runtime.store.read({ environment: 'production', kinds: ['gate.checked'] })).map(({ data }) => data);

test('the live commit is compared with the candidate; the first deployment has nothing to be compared with', async () => {
  const { environment, asked } = shop({ two: SAFE });
  await ship(environment, 'one');
  await ship(environment, 'two');
  expect(asked).toEqual(['one → two']);
});

test('a breaking change is refused with the place and what to do instead, and nothing changes', async () => {
  const { environment } = shop({ two: breaking() });
  await ship(environment, 'one');
  const { outcome, refusal } = await ship(environment, 'two');
  expect(outcome).toBe('refused');
  expect(refusal).toMatchObject({ code: 'GATE_REFUSED', exitCode: 3, why: expect.stringContaining('0003.sql:1') });
  expect(refusal?.details).toEqual(['0003.sql:1: the column email is dropped', '  release code without it']);
  expect(refusal?.next).toContain('--accept-schema');
  expect(await liveCommit()).toBe('one');
  expect(await gates()).toMatchObject([{ check: 'schema', status: 'fail' }]);
});

test('what nobody can tell is inconclusive, and no pass', async () => {
  const { environment } = shop({ two: breaking('unknown') });
  await ship(environment, 'one');
  expect((await ship(environment, 'two')).refusal).toMatchObject({ exitCode: 3, message: /nobody can tell/ });
  expect(await gates()).toMatchObject([{ check: 'schema', status: 'inconclusive' }]);
});

test('accepted with a reason it ships; the reason, the class and what makes it so are on record', async () => {
  const { environment } = shop({ two: breaking() });
  await ship(environment, 'one');
  expect((await ship(environment, 'two', { acceptSchema: 'nobody reads it' })).outcome).toBe('committed');
  const [gate] = await gates();
  const findings = expect.arrayContaining(['accepted: nobody reads it']) as string[];
  expect(gate).toMatchObject({ check: 'schema', status: 'warn', findings });
  const [release] = await releasesOf(engine.runtime, 'production');
  expect(release).toMatchObject({ source: { commit: 'two' }, rollbackClass: 'forward-only', rollbackReason: WHY });
});

test('a safe change ships as code-only, is on record as compared, and is gone back over without a question', async () => {
  const { environment } = shop({ two: SAFE });
  await ship(environment, 'one');
  expect((await ship(environment, 'two')).outcome).toBe('committed');
  expect(await gates()).toMatchObject([{ check: 'schema', status: 'pass', summary: SAFE.summary }]);
  expect(await back(environment)).toMatchObject({ outcome: 'committed', changed: true });
  expect(await liveCommit()).toBe('one');
});

test('there is no way back over a release that destroyed something: it is named, with the change, and nothing moves', async () => {
  const { environment } = shop({ two: breaking(), three: SAFE });
  await ship(environment, 'one');
  const second = await ship(environment, 'two', { acceptSchema: 'nobody reads it' });
  await ship(environment, 'three');
  const [, two, one] = await releasesOf(engine.runtime, 'production');
  expect(two?.id).toBe(second.release);
  await expect(back(environment, { to: one?.id ?? '' })).rejects.toMatchObject({
    code: 'CONSENT_NEEDED',
    exitCode: 3,
    message: expect.stringContaining(second.release) as string,
    why: `${second.release}: ${WHY}`,
    next: expect.stringMatching(/belay deploy COMMIT.*--keep-data/) as string,
  });
  // A snapshot of other data does not bring a column back.
  await expect(back(environment, { to: one?.id ?? '', data: 'restore', loseWrites: 99 })).rejects.toMatchObject({
    code: 'CONSENT_NEEDED',
  });
  expect(await liveCommit()).toBe('three');

  // Only the change behind it is crossed on the way to the release that made it.
  expect(await back(environment)).toMatchObject({ release: second.release, changed: true });
  expect(await back(environment, { to: one?.id ?? '', data: 'keep' })).toMatchObject({ changed: true });
  expect(await liveCommit()).toBe('one');
});

test('where only the data of before would do and there is no snapshot, a person has to vouch for it', async () => {
  const needsData: SchemaInspection = { ...SAFE, rollbackClass: 'restore-required', because: 'users: new values' };
  const { environment } = shop({ two: needsData });
  await ship(environment, 'one');
  const { release } = await ship(environment, 'two');
  await expect(back(environment)).rejects.toMatchObject({
    code: 'CONSENT_NEEDED',
    why: `${release}: users: new values; there is no snapshot of that moment`,
    next: expect.not.stringContaining('--restore-data') as string,
  });
  expect(await back(environment, { data: 'keep' })).toMatchObject({ changed: true });
});

test('a breach of the watch does not go back by itself over what cannot be gone back over: it needs a person', async () => {
  const { environment } = shop({ two: breaking() });
  await ship(environment, 'one');
  let unwell = false;
  const check: Check = {
    name: 'orders',
    run: async () => ({ ...LOOKED, status: unwell ? 'fail' : 'pass' }),
  };
  const watched: Environment = {
    ...environment,
    checks: [check],
    bakeMs: 10_000,
    triggers: [{ type: 'health', failures: 1, everyMs: 100 }],
  };
  const shipped = ship(watched, 'two', { acceptSchema: 'nobody reads it' });
  await expect.poll(liveCommit, { timeout: 5_000 }).toBe('two');
  unwell = true;
  expect((await shipped).watched).toMatchObject({ result: 'breached', rollback: null });
  const row = await readEnvironmentRow(engine.runtime.store, 'production');
  expect(row?.live?.source.commit).toBe('two');
  expect(row?.attention).toMatchObject({ state: 'stuck', reason: expect.stringContaining(WHY) as string });
});

const LOOKED = { check: 'orders', summary: 'looked', findings: [], measurements: [] } as const;

test('the plan says the class, the reason and the objection before anything happens', async () => {
  const { environment } = shop({ two: breaking() });
  await ship(environment, 'one');
  const preview = await previewDeployment(engine.runtime, environment, { kind: 'deploy', source: { commit: 'two' } });
  expect(preview.plan).toMatchObject({
    rollbackClass: 'forward-only',
    rollbackReason: WHY,
    schema: breaking().summary,
  });
  expect(preview.objections).toMatchObject([{ gate: 'schema', what: expect.stringContaining('0003.sql:1') }]);
});
