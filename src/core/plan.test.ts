/** Plans as tables: which steps, in which groups, for every strategy and every ability of a target. */
import { expect, test } from 'vitest';
import { type PlanFacts, planDeployment, planHash, rollbackClassOf, type TargetFacts } from './plan.ts';

const target = (name: string, abilities: Partial<TargetFacts> = {}): TargetFacts => {
  return {
    name,
    kind: 'noop',
    live: { id: `old-${name}` },
    lifecycle: false,
    backend: false,
    holds: false,
    seen: false,
    silences: false,
    prunes: false,
    splits: false,
    baseline: null,
    data: false,
    ...abilities,
  };
};

const FULL = { lifecycle: true, holds: true, seen: true, data: true };

function facts(changes: Partial<PlanFacts> = {}): PlanFacts {
  return {
    deployment: 'd-1',
    app: 'shop',
    environment: 'production',
    kind: 'deploy',
    strategy: 'all-at-once',
    soakMs: 0,
    canary: null,
    schema: null,
    release: { id: 'r-1', source: { commit: 'abc' }, configHash: 'hash' },
    targets: [target('web')],
    refs: {},
    restores: {},
    checks: 0,
    limits: {},
    expectedMs: null,
    ...changes,
  };
}

/** `1 stage:web stage:api | 2 check`, steps behind the commit marked with `+`. */
function shape(changes: Partial<PlanFacts>): string {
  const groups = new Map<number, string[]>();
  for (const step of planDeployment(facts(changes)).steps) {
    groups.set(step.group, [...(groups.get(step.group) ?? []), `${step.after ? '+' : ''}${step.id}`]);
  }
  return [...groups].map(([group, ids]) => `${group} ${ids.join(' ')}`).join(' | ');
}

const stage = { share: 0.05, minMs: 60_000, maxMs: 60_000, holdBack: false };

const CANARY = { stages: [stage, { ...stage, share: 0.5 }], judge: {} } as unknown as PlanFacts['canary'];

const two = [target('web', FULL), target('api')];

test.each<[string, Partial<PlanFacts>, string]>([
  ['one plain target', {}, '1 stage:web | 2 activate:web | 3 verify'],
  [
    'two targets: staged side by side, activated one by one in their order',
    { targets: [target('web'), target('api')] },
    '1 stage:web stage:api | 2 activate:web | 3 activate:api | 4 verify',
  ],
  ['checks come before traffic moves', { checks: 2 }, '1 stage:web | 2 check | 3 activate:web | 4 verify'],
  [
    'blue-green starts beside, soaks under traffic, and retires behind the commit',
    { strategy: 'blue-green', soakMs: 5_000, checks: 1, targets: two },
    '1 stage:web stage:api | 2 snapshot:web | 3 start:web | 4 check | 5 activate:web | 6 activate:api | 7 soak | 8 verify | 9 +retire:web',
  ],
  [
    'recreate holds, stops, snapshots, starts, and lets requests through behind the commit',
    { strategy: 'recreate', targets: two },
    '1 stage:web stage:api | 2 hold:web | 3 stop:web | 4 snapshot:web | 5 start:web | 6 activate:web | 7 activate:api | 8 verify | 9 +resume:web | 10 +retire:web',
  ],
  [
    'a canary moves what cannot be shared first, then a share and a look at it, stage by stage',
    { strategy: 'canary', canary: CANARY, targets: [target('web', { ...FULL, splits: true }), target('api')] },
    '1 stage:web stage:api | 2 snapshot:web | 3 start:web | 4 activate:api | 5 shift:web:0 | 6 judge:0 | 7 shift:web:1 | 8 judge:1 | 9 activate:web | 10 verify | 11 +retire:web',
  ],
  [
    'the first release of a canary has nothing to be compared with, and goes live',
    { strategy: 'canary', canary: CANARY, targets: [target('web', { splits: true, live: null })] },
    '1 stage:web | 2 activate:web | 3 verify',
  ],
  [
    'a first deployment stops nothing, for nothing runs',
    { strategy: 'recreate', targets: [target('web', { ...FULL, live: null })] },
    '1 stage:web | 2 hold:web | 3 snapshot:web | 4 start:web | 5 activate:web | 6 verify | 7 +resume:web | 8 +retire:web',
  ],
  [
    'a rollback stages nothing: its artefacts exist',
    { kind: 'rollback', refs: { web: { id: 'older-web' } } },
    '1 activate:web | 2 verify',
  ],
  [
    'data is put back after a snapshot of what it replaces, and before anything starts',
    {
      kind: 'rollback',
      strategy: 'recreate',
      targets: [target('web', FULL)],
      refs: { web: { id: 'older-web' } },
      restores: { web: 's-1' },
    },
    '1 hold:web | 2 stop:web | 3 snapshot:web | 4 restore:web | 5 start:web | 6 activate:web | 7 verify | 8 +resume:web | 9 +retire:web',
  ],
])('plans %s', (_name, changes, expected) => {
  expect(shape(changes)).toBe(expected);
});

test('a plan knows where a failure goes back to, target by target', () => {
  const plan = planDeployment(facts({ targets: [target('web'), target('api', { live: null })] }));
  expect(plan.before).toEqual({ web: { id: 'old-web' }, api: null });
});

test('time limits come from the configuration where it sets them', () => {
  const steps = planDeployment(facts({ limits: { stage: 5_000 } })).steps;
  expect(steps.map((step) => [step.kind, step.limitMs])).toEqual([
    ['stage', 5_000],
    ['activate', 120_000],
    ['verify', 120_000],
  ]);
});

test('going back needs the data only where one version was alone with it', () => {
  const data = [target('web', { data: true })];
  expect(rollbackClassOf('recreate', data)).toBe('restore-required');
  expect(rollbackClassOf('blue-green', data)).toBe('code-only');
  expect(rollbackClassOf('recreate', [target('web')])).toBe('code-only');
});

test('equal plans have equal hashes, and any change gives another', () => {
  const plan = planDeployment(facts());
  expect(planHash(planDeployment(facts()))).toBe(planHash(plan));
  expect(planHash(planDeployment(facts({ soakMs: 1 })))).not.toBe(planHash(plan));
});
