/** The rows that history, status and lists are read from, told by the events that make them; and the release to go back to. */
import { describe, expect, test } from 'vitest';
import { memoryPlace } from '../testing/memory-store.ts';
import type { EventData, EventKind, NewEvent } from './events.ts';
import { isProblem } from './errors.ts';
import { planDeployment, planHash } from './plan.ts';
import type { Release } from './release.ts';
import { chooseRelease } from './rollback.ts';
import { type DeploymentRow, type EnvironmentRow, type ReleaseRow, type SnapshotRow, VIEWS } from './views.ts';

type Said = { [K in EventKind]: readonly [K, EventData[K]] }[EventKind];

const release = (id: string, changes: Partial<Release> = {}): Release => {
  return {
    id,
    environment: 'production',
    source: { commit: `${id}-commit` },
    configHash: 'hash',
    rollbackClass: 'code-only',
    refs: { web: { id: `web-${id}` } },
    snapshots: {},
    deployment: `d-${id}`,
    ...changes,
  };
};

const planOf = (id: string) =>
  planDeployment({
    app: 'shop',
    deployment: `d-${id}`,
    environment: 'production',
    kind: 'deploy',
    strategy: 'all-at-once',
    soakMs: 0,
    canary: null,
    schema: null,
    release: { id, source: { commit: `${id}-commit` }, configHash: 'hash' },
    targets: [],
    refs: {},
    restores: {},
    checks: 0,
    limits: {},
    expectedMs: null,
  });

const opened = (id: string): Said[] => [
  [
    'deployment.opened',
    { kind: 'deploy', format: 1, tool: 't', release: id, source: { commit: `${id}-commit` }, strategy: 'all-at-once' },
  ],
  ['deployment.planned', { plan: planOf(id), hash: planHash(planOf(id)) }],
];

const committed = (id: string, changes: Partial<Release> = {}): Said[] => [
  ['deployment.committed', { release: release(id, changes), live: { web: { id: `web-${id}` } } }],
];
const closed: Said = ['deployment.closed', { outcome: 'committed', leftovers: [] }];
const raised: Said = ['attention.raised', { reason: 'look', remaining: ['stage:web'] }];
const resolved: Said = ['attention.resolved', { reason: 'put right' }];

/** Writes what each deployment said, in that order, and gives the rows. */
async function rowsAfter(...stories: readonly (readonly [deployment: string, said: readonly Said[]])[]) {
  const store = memoryPlace().open(VIEWS);
  const holder = { user: 'mia', host: 'h', bootId: 'b', pid: 1, pidStart: '1', tool: 't' };
  const taken = await store.leases.acquire('production', { holder, nonce: 'n', ttlMs: 1_000 });
  if (!taken.granted) throw new Error('not granted');
  let n = 0;
  for (const [deployment, said] of stories) {
    for (const [kind, data] of said) {
      n += 1;
      const at = new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();
      await store.append(taken.fence, [{ id: `e${n}`, kind, deployment, actor: 'mia', at, data } as NewEvent]);
    }
  }
  const list = async <T>(view: Parameters<typeof store.view>[0]) => {
    const rows = await store.view(view, { environment: 'production' });
    return rows.map((one) => one.row as T);
  };
  return {
    environment: (await list<EnvironmentRow>('environments'))[0],
    deployments: await list<DeploymentRow>('deployments'),
    releases: await list<ReleaseRow>('releases'),
    snapshots: await list<SnapshotRow>('snapshots'),
  };
}

describe('an environment', () => {
  test('is under way from its opening to its close', async () => {
    expect((await rowsAfter(['d-a', opened('a')])).environment).toMatchObject({ open: 'd-a', live: null });
    const { environment } = await rowsAfter(['d-a', [...opened('a'), ...committed('a')]]);
    expect(environment).toMatchObject({ open: 'd-a', live: { release: 'a', refs: { web: { id: 'web-a' } } } });
    expect((await rowsAfter(['d-a', [...opened('a'), ...committed('a'), closed]])).environment?.open).toBeNull();
  });

  test('waits for a person from the attention to its resolution', async () => {
    const stuck = await rowsAfter(['d-a', [...opened('a'), raised]]);
    expect(stuck.environment).toMatchObject({ open: null, attention: { deployment: 'd-a', state: 'stuck' } });
    const again = await rowsAfter(['d-a', [...opened('a'), raised, resolved]]);
    expect(again.environment).toMatchObject({ open: 'd-a', attention: null });
  });

  test('forgets what came after a release that it goes back to', async () => {
    const { environment } = await rowsAfter(
      ...['a', 'b', 'c', 'b'].map((id) => [`d-${id}`, [...opened(id), ...committed(id), closed]] as const),
    );
    expect(environment).toMatchObject({ live: { release: 'b' }, trail: ['a', 'b'] });
  });

  test('is frozen for a commit until that is thawed', async () => {
    const frozen: Said = ['environment.frozen', { commit: 'x', reason: 'errors' }];
    const thawed: Said = ['environment.thawed', { commit: 'x', reason: 'fixed' }];
    expect((await rowsAfter(['d-a', [...opened('a'), frozen]])).environment?.frozen).toMatchObject([{ commit: 'x' }]);
    expect((await rowsAfter(['d-a', [...opened('a'), frozen, thawed]])).environment?.frozen).toEqual([]);
  });
});

describe('a deployment', () => {
  const outcomeOf = async (said: readonly Said[]) =>
    (await rowsAfter(['d-a', [...opened('a'), ...said]])).deployments[0];

  test.each<[string, Said[], object]>([
    ['is open until it ends', [], { outcome: null, endedAt: null }],
    ['is committed', committed('a'), { outcome: 'committed' }],
    [
      'is rolled back, and says why',
      [['deployment.rolled-back', { reason: 'sick', live: {} }]],
      { outcome: 'rolled-back', reason: 'sick' },
    ],
    ['is stuck, and says why', [raised], { outcome: 'stuck', reason: 'look' }],
    ['is under way again after a person looked', [raised, resolved], { outcome: null, endedAt: null }],
    [
      'stays stuck when a person accepts things as they are',
      [raised, resolved, ['deployment.closed', { outcome: 'stuck', leftovers: [] }]],
      { outcome: 'stuck' },
    ],
    ['stays committed when its litter needs a person', [...committed('a'), raised, resolved], { outcome: 'committed' }],
  ])('%s', async (_name, said, expected) => {
    expect(await outcomeOf(said)).toMatchObject(expected);
  });

  test('adds up the time of its steps by kind', async () => {
    const done = (step: string, ms: number): Said => ['step.done', { step, receipt: null, ms }];
    const row = await outcomeOf([done('stage:web', 10), done('stage:api', 5), done('activate:web', 3)]);
    expect(row?.stepMs).toEqual({ stage: 15, activate: 3 });
  });
});

test('a release keeps the record of its first commit, and is marked when its artefacts are gone', async () => {
  const { releases } = await rowsAfter(
    ['d-a', [...opened('a'), ...committed('a')]],
    [
      'd-b',
      [
        ...opened('b'),
        ...committed('a', { deployment: 'd-b' }),
        ['release.pruned', { release: 'a', targets: ['web'] }],
      ],
    ],
  );
  expect(releases).toMatchObject([{ id: 'a', deployment: 'd-a', at: '2026-01-01T00:00:03.000Z' }]);
  expect(releases[0]?.prunedAt).not.toBeNull();
});

test('a snapshot is known from the step that took it, and remembers what became of it', async () => {
  const { snapshots } = await rowsAfter([
    'd-a',
    [
      ...opened('a'),
      ['step.done', { step: 'snapshot:web', receipt: { id: 's-1' }, ms: 1 }],
      ['snapshot.verified', { snapshot: 's-1', target: 'web', facts: {} }],
      ['snapshot.pruned', { snapshot: 's-1', target: 'web' }],
    ],
  ]);
  expect(snapshots).toMatchObject([{ id: 's-1', target: 'web', deployment: 'd-a', restoredAt: null }]);
  expect([snapshots[0]?.verifiedAt, snapshots[0]?.prunedAt]).not.toContain(null);
});

describe('the release to go back to', () => {
  const row = (id: string): ReleaseRow => ({ ...release(id), at: '', actor: 'mia', prunedAt: null });
  const releases = [row('r-ccc'), row('r-bb'), row('r-b')];
  const environment = (trail: readonly string[]) =>
    ({ environment: 'production', trail, live: null }) as unknown as EnvironmentRow;
  const chosen = (trail: readonly string[], to: string | null): string => {
    try {
      return chooseRelease(releases, environment(trail), to).id;
    } catch (error) {
      return isProblem(error) ? error.code : 'a bug';
    }
  };

  test.each<[string, readonly string[], string | null, string]>([
    ['is the one that was live before', ['r-b', 'r-ccc'], null, 'r-b'],
    ['does not exist for a first release', ['r-b'], null, 'NOTHING_TO_ROLL_BACK'],
    ['does not exist where nothing was deployed', [], null, 'NOTHING_TO_ROLL_BACK'],
    ['is named by its id', ['r-b', 'r-ccc'], 'r-bb', 'r-bb'],
    ['is the exact one, even when others begin alike', ['r-b', 'r-ccc'], 'r-b', 'r-b'],
    ['is named by the beginning of its id', [], 'r-c', 'r-ccc'],
    ['is named by its commit', [], 'r-ccc-com', 'r-ccc'],
    ['is not made up', [], 'r-x', 'RELEASE_UNKNOWN'],
  ])('%s', (_name, trail, to, expected) => {
    expect(chosen(trail, to)).toBe(expected);
  });
});
