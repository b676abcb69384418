/** The fold over the journal, and the decisions taken from it: tables of what was said, and what is done next. */
import { describe, expect, test } from 'vitest';
import type { EventData, EventKind, JournalEvent } from './events.ts';
import { type Action, next, RUN_BUDGET, UNDO_BUDGET } from './next.ts';
import { planDeployment, planHash } from './plan.ts';
import { foldDeployment, type DeploymentState } from './state.ts';

const plan = planDeployment({
  deployment: 'd-1',
  app: 'shop',
  environment: 'production',
  kind: 'deploy',
  strategy: 'recreate',
  soakMs: 0,
  canary: null,
  schema: null,
  release: { id: 'r-1', source: { commit: 'abc' }, configHash: 'hash' },
  targets: ['web', 'api'].map((name) => {
    return {
      name,
      kind: 'noop',
      live: { id: `old-${name}` },
      lifecycle: false,
      backend: false,
      holds: true,
      seen: true,
      silences: false,
      prunes: false,
      splits: false,
      baseline: null,
      data: false,
    };
  }),
  refs: {},
  restores: {},
  checks: 0,
  limits: {},
  expectedMs: null,
});

type Said = { [K in EventKind]: readonly [K, EventData[K]] }[EventKind];

function eventOf([kind, data]: Said, n: number): JournalEvent {
  const at = '2026-01-01T00:00:00.000Z';
  const chain = { environment: 'production', n, token: 1, prevHash: '', hash: '' };
  return { id: `e${n}`, kind, deployment: 'd-1', actor: 'mia', at, data, ...chain } as JournalEvent;
}

const OPENED: readonly Said[] = [
  [
    'deployment.opened',
    { kind: 'deploy', format: 1, tool: 't', release: 'r-1', source: { commit: 'abc' }, strategy: 'recreate' },
  ],
  ['deployment.planned', { plan, hash: planHash(plan) }],
];

function after(...said: readonly Said[]): DeploymentState {
  const state = foldDeployment([...OPENED, ...said].map((one, index) => eventOf(one, index + 1)));
  if (!state) throw new Error('no events');
  return state;
}

const error = { code: 'TARGET_FAILED', message: 'refused' };
const intended = (step: string, attempt = 1): Said => ['step.intended', { step, attempt, expected: null }];
const done = (step: string): Said[] => [intended(step), ['step.done', { step, receipt: { id: `new-${step}` }, ms: 5 }]];
const failed = (step: string): Said[] => [intended(step), ['step.failed', { step, error, ms: 5 }]];
const unknown = (step: string, attempt = 1): Said[] => [intended(step, attempt), ['step.unknown', { step, error }]];
const absent = (step: string, attempt = 1): Said[] => [...unknown(step, attempt), ['step.absent', { step }]];
const undoing = (step: string, attempt = 1): Said => ['undo.intended', { step, attempt }];
const undone = (step: string): Said[] => [undoing(step), ['undo.done', { step, ms: 5 }]];
const undoFailed = (step: string, attempt: number): Said[] => [
  undoing(step, attempt),
  ['undo.failed', { step, error, ms: 5 }],
];
const back: Said = ['direction.decided', { direction: 'backward', reason: 'checks failed', by: 'mia' }];
const forth: Said = ['direction.decided', { direction: 'forward', reason: 'a person says so', by: 'mia' }];
const raised: Said = ['attention.raised', { reason: 'look', remaining: [] }];
const resolved: Said = ['attention.resolved', { reason: 'put right' }];
const closed: Said = ['deployment.closed', { outcome: 'committed', leftovers: [] }];

const BEFORE_COMMIT = ['stage:web', 'stage:api', 'hold:web', 'hold:api', 'activate:web', 'activate:api', 'verify'];
const allDone = BEFORE_COMMIT.flatMap(done);
const release = {
  id: 'r-1',
  environment: 'production',
  source: { commit: 'abc' },
  configHash: 'hash',
  rollbackClass: 'code-only' as const,
  refs: {},
  snapshots: {},
  deployment: 'd-1',
};
const committed: Said[] = [...allDone, ['deployment.committed', { release, live: {} }]];

function told(action: Action): string {
  switch (action.do) {
    case 'run':
    case 'look':
      return `${action.do} ${action.steps.map((step) => step.id).join(' ')}`;
    case 'undo':
      return `undo ${action.step.id}`;
    case 'turn-back':
    case 'attend':
      return `${action.do}: ${action.reason}`;
    case 'end':
      return `end ${action.outcome}`;
    default:
      return action.do;
  }
}

describe('forward', () => {
  test.each<[string, Said[], string]>([
    ['begins with the first group, side by side', [], 'run stage:web stage:api'],
    ['runs the rest of a group that is half done', done('stage:web'), 'run stage:api'],
    [
      'goes on to the next group when all of one is done',
      [...done('stage:web'), ...done('stage:api')],
      'run hold:web hold:api',
    ],
    ['looks before it believes a lost answer (G5)', [...done('stage:web'), ...unknown('stage:api')], 'look stage:api'],
    [
      'looks after a crash, when nothing was heard at all (G5)',
      [intended('stage:web'), intended('stage:api')],
      'look stage:web stage:api',
    ],
    ['tries again what was looked for and not found', [...done('stage:web'), ...absent('stage:api')], 'run stage:api'],
    [
      'gives up after its budget',
      [...done('stage:web'), ...[1, 2, RUN_BUDGET].flatMap((attempt) => absent('stage:api', attempt))],
      `turn-back: stage:api: not there after ${RUN_BUDGET} attempts (refused)`,
    ],
    [
      'turns back for one failed sibling',
      [...done('stage:web'), ...failed('stage:api')],
      'turn-back: stage:api: refused',
    ],
    [
      'simply repeats a step that only looks',
      [...BEFORE_COMMIT.slice(0, 6).flatMap(done), intended('verify')],
      'run verify',
    ],
    ['commits when everything before the commit is done', allDone, 'commit'],
    [
      'looks at a step whose undoing failed, when a person sends it forward again',
      [...done('stage:web'), ...done('stage:api'), back, ...undoFailed('stage:api', 1), raised, resolved, forth],
      'look stage:api',
    ],
  ])('%s', (_name, said, expected) => {
    expect(told(next(after(...said)))).toBe(expected);
  });
});

describe('backward', () => {
  const upToHold = ['stage:web', 'stage:api', 'hold:web', 'hold:api'].flatMap(done);
  test.each<[string, Said[], string]>([
    ['undoes the last step first (G8)', [...upToHold, ...failed('activate:web'), back], 'undo activate:web'],
    [
      'goes on in reverse (G8)',
      [...upToHold, ...failed('activate:web'), back, ...undone('activate:web')],
      'undo hold:api',
    ],
    ['passes over what was never intended (G3)', [...done('stage:web'), back], 'undo stage:web'],
    ['undoes a step whose answer was lost', [...unknown('stage:web'), back], 'undo stage:web'],
    ['passes over steps that changed nothing', [...allDone, back], 'undo activate:api'],
    [
      'reads everything back when all is undone (G7)',
      [...done('stage:web'), back, ...undone('stage:web')],
      'roll-back',
    ],
    ['tries a failed undo again', [...done('stage:web'), back, ...undoFailed('stage:web', 1)], 'undo stage:web'],
    [
      'asks for a person when the budget of an undo is used up (G11)',
      [...done('stage:web'), back, ...undoFailed('stage:web', UNDO_BUDGET)],
      `attend: cannot undo stage:web after ${UNDO_BUDGET} attempts: refused`,
    ],
    [
      'has a new budget after a person looked (G11)',
      [...done('stage:web'), back, ...undoFailed('stage:web', UNDO_BUDGET), raised, resolved],
      'undo stage:web',
    ],
  ])('%s', (_name, said, expected) => {
    expect(told(next(after(...said)))).toBe(expected);
  });
});

describe('behind the commit', () => {
  const resume = ['resume:web', 'resume:api'] as const;
  test.each<[string, Said[], string]>([
    ['only goes forward, one step at a time (G9)', committed, 'run resume:web'],
    ['goes forward even when somebody decides otherwise (G9)', [...committed, back], 'run resume:web'],
    ['tries again to let requests through', [...committed, ...failed(resume[0])], 'run resume:web'],
    [
      'asks for a person when requests stay held',
      [...committed, intended(resume[0], RUN_BUDGET), ['step.failed', { step: resume[0], error, ms: 1 }]],
      'attend: resume:web: refused',
    ],
    [
      'tries again to let requests through after a person looked',
      [
        ...committed,
        intended(resume[0], RUN_BUDGET),
        ['step.failed', { step: resume[0], error, ms: 1 }],
        raised,
        resolved,
      ],
      'run resume:web',
    ],
    ['closes when nothing is left', [...committed, ...resume.flatMap(done)], 'close'],
    ['ends once it is closed', [...committed, ...resume.flatMap(done), closed], 'end committed'],
    [
      'closes again after attention that came later',
      [...committed, ...resume.flatMap(done), closed, raised, resolved],
      'close',
    ],
  ])('%s', (_name, said, expected) => {
    expect(told(next(after(...said)))).toBe(expected);
  });
});

describe('ends', () => {
  test.each<[string, Said[], string]>([
    ['a refusal is closed', [['deployment.refused', { reason: 'frozen' }]], 'close'],
    ['a pause waits', [['deployment.paused', { reason: 'lunch' }]], 'end paused'],
    [
      'a resumed pause goes on where it was',
      [
        ['deployment.paused', { reason: 'lunch' }],
        ['deployment.resumed', { reason: 'back' }],
      ],
      'run stage:web stage:api',
    ],
    ['attention waits for a person', [...done('stage:web'), back, raised], 'end stuck'],
    [
      'a person who accepts things as they are ends it, and nothing more is undone',
      [...done('stage:web'), back, raised, resolved, ['deployment.closed', { outcome: 'stuck', leftovers: [] }]],
      'end stuck',
    ],
    [
      'one that is rolled back is closed',
      [...done('stage:web'), back, ...undone('stage:web'), ['deployment.rolled-back', { reason: 'x', live: {} }]],
      'close',
    ],
  ])('%s', (_name, said, expected) => {
    expect(told(next(after(...said)))).toBe(expected);
  });
});

describe('the fold', () => {
  test('keeps, for each step, what was said last and how often it was tried', () => {
    const { steps } = after(...absent('stage:web'), intended('stage:web', 2), [
      'step.done',
      { step: 'stage:web', receipt: { id: 'a' }, ms: 7 },
    ]);
    expect(steps.get('stage:web')).toMatchObject({ phase: 'done', attempts: 2, receipt: { id: 'a' }, ms: 7 });
  });

  test('remembers the requests that were answered, so that nobody answers them again', () => {
    const state = after(['request.accepted', { id: 'q-1', request: 'pause', by: 'ben', reason: '' }]);
    expect([...state.answered]).toEqual(['q-1']);
  });

  test('of nothing is nothing, and a journal that begins in the middle is a bug', () => {
    expect(foldDeployment([])).toBeNull();
    expect(() => foldDeployment([eventOf(back, 1)])).toThrow(/starts with direction.decided/);
  });

  test('does not touch the state that it starts from', () => {
    const before = after(...done('stage:web'));
    const copy = new Map(before.steps);
    after(...done('stage:web'), ...failed('stage:api'));
    expect(before.steps).toEqual(copy);
  });
});
