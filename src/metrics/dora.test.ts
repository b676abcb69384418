/** The keys of DORA against a history that was counted by hand: ten days of March 2026, one edge case a deployment. */
import { expect, test } from 'vitest';
import { at, journalOf, releaseOf, type Written } from '../../test/support/written-history.ts';
import { createMetricsIndex } from './metrics-index.ts';
import type { Commit, Figure, MetricsQuery } from './metrics.ts';

/** Commit times; each is the child of the one before it. */
const COMMITS = {
  c0: 'Feb 20 09:00',
  c1: '01 09:10',
  c2: '02 08:10',
  c3: '02 11:10',
  c4: '03 09:10',
  c5: '04 05:10',
  c6: '05 09:10',
  c7: '07 21:10',
  c9: '11 09:30',
};

const committed = (time: string, data: object = {}) => [time, 'deployment.committed', data] as const;
const took = (time: string) => [time, 'step.done', { step: 'activate:web' }] as const;
const rolledBack = (time: string) => [time, 'deployment.rolled-back'] as const;
const dated = (commit: keyof typeof COMMITS) => ({ committedAt: at(COMMITS[commit]) });

const HISTORY: readonly Written[] = [
  // Before the period: counts for nothing, but its commit is live already.
  { id: 'd0', opened: 'Feb 20 10:00', commit: 'c0', and: [took('Feb 20 10:02'), committed('Feb 20 10:05')] },
  // 10 min. Two commits go live: c1 after 24 h, c2 after 1 h.
  { id: 'd1', opened: '02 09:00', commit: 'c2', source: dated('c2'), and: [took('02 09:05'), committed('02 09:10')] },
  // The build fails: no user has met it, so it is the pipeline's failure.
  {
    id: 'd2',
    opened: '02 12:00',
    commit: 'c3',
    and: [['02 12:04', 'step.failed', { step: 'stage:web' }], rolledBack('02 12:05')],
  },
  // 10 min. The same release tried again: c3 after 2 h.
  { id: 'd3', opened: '02 13:00', commit: 'c3', source: dated('c3'), and: [took('02 13:05'), committed('02 13:10')] },
  // 5 min. The same commit and configuration once more: not another deployment for the frequency, but it takes traffic.
  { id: 'd4', opened: '03 09:00', commit: 'c3', and: [took('03 09:04'), committed('03 09:05')] },
  // Fails under traffic: it took a minute to move it until 10:15, so users met it for 6 min.
  {
    id: 'd5',
    opened: '03 10:00',
    commit: 'c4',
    and: [took('03 10:15'), ['03 10:19', 'step.failed', { step: 'soak' }], rolledBack('03 10:20')],
  },
  // 10 min. c4 goes live with it after 24 h, c5 after 4 h. A trigger takes it back 5 min after its commit.
  { id: 'd6', opened: '04 09:00', commit: 'c5', source: dated('c5'), and: [took('04 09:05'), committed('04 09:10')] },
  {
    id: 'r1',
    kind: 'rollback',
    opened: '04 09:12',
    commit: 'c3',
    release: releaseOf('d4'),
    cause: 'd6',
    and: [took('04 09:14'), committed('04 09:15')],
  },
  // Refused by a gate: the pipeline's failure.
  { id: 'd7', opened: '05 09:00', commit: 'c5', and: [['05 09:00', 'deployment.refused']] },
  // 10 min. A revert: rework. Only c6 is new, after 1 h: c4 and c5 were live before.
  {
    id: 'd8',
    opened: '05 10:00',
    commit: 'c6',
    source: { ...dated('c6'), subject: 'Revert "Round discounts"' },
    and: [took('05 10:05'), committed('05 10:10')],
  },
  // A person takes it back after 24 h 4 min.
  {
    id: 'r2',
    kind: 'rollback',
    opened: '06 10:10',
    commit: 'c3',
    release: releaseOf('d4'),
    actor: 'tom',
    and: [took('06 10:13'), committed('06 10:14')],
  },
  // That was a mistake: going to a younger release says nothing against the one that is left.
  {
    id: 'r3',
    kind: 'rollback',
    opened: '06 11:00',
    commit: 'c6',
    release: releaseOf('d8'),
    and: [took('06 11:04'), committed('06 11:05')],
  },
  // Stuck with traffic on it since 09:04; a person settles it, and it is back at 09:40: 36 min.
  {
    id: 'd9',
    opened: '07 09:00',
    commit: 'c7',
    and: [
      took('07 09:05'),
      ['07 09:06', 'attention.raised'],
      ['07 09:36', 'attention.resolved'],
      rolledBack('07 09:40'),
    ],
  },
  // 10 min. c7 after 12 h.
  { id: 'd10', opened: '08 09:00', commit: 'c7', source: dated('c7'), and: [took('08 09:05'), committed('08 09:10')] },
  // Nothing had to be done: no deployment.
  { id: 'd11', opened: '09 09:00', commit: 'c7', and: [committed('09 09:00', { unchanged: true })] },
  // 70 min, an hour of them paused. A folder without git: nobody knows how old it is.
  {
    id: 'd12',
    opened: '10 09:00',
    commit: 'dir-8f3a',
    and: [
      ['10 09:05', 'deployment.paused'],
      ['10 10:05', 'deployment.resumed'],
      took('10 10:09'),
      committed('10 10:10'),
    ],
  },
  // 10 min. Committed twenty minutes after it was deployed, by its clock. A person is needed at 09:20, and nobody comes.
  {
    id: 'd13',
    opened: '11 09:00',
    commit: 'c9',
    source: dated('c9'),
    and: [took('11 09:05'), committed('11 09:10'), ['11 09:20', 'attention.raised']],
  },
  // Another environment, and one that runs still.
  {
    id: 's1',
    environment: 'staging',
    opened: '05 09:00',
    commit: 'c6',
    and: [took('05 09:05'), rolledBack('05 09:06')],
  },
  { id: 's2', environment: 'staging', opened: '11 23:00', commit: 'c9', and: [took('11 23:05')] },
];

const QUERY: MetricsQuery = {
  environment: 'production',
  since: at('02 00:00'),
  until: at('12 00:00'),
  review: { teamSize: 10, deploysPerWeek: 4, users: 100, usersNow: null, failureRate: 0.05, recoveryMs: 1_800_000 },
};

function graph(): ReadonlyMap<string, Commit> {
  const ids = Object.keys(COMMITS) as (keyof typeof COMMITS)[];
  return new Map(
    ids.map((id, index) => [id, { id, at: at(COMMITS[id]), parents: ids.slice(Math.max(0, index - 1), index) }]),
  );
}

function metrics(query: Partial<MetricsQuery> = {}, history = HISTORY) {
  const index = createMetricsIndex();
  for (const event of journalOf(history)) index.add(event);
  return index.metrics({ ...QUERY, ...query });
}

const ids = ({ list }: Figure) => list.map(({ deployment }) => deployment).toReversed();
const HOUR = 3_600;

test('how often: d1, d3, d6, d8, d10, d12 and d13 in ten days', () => {
  const { deploymentFrequency } = metrics().dora;
  expect(ids(deploymentFrequency)).toEqual(['d1', 'd3', 'd6', 'd8', 'd10', 'd12', 'd13']);
  expect(deploymentFrequency).toMatchObject({ value: 0.7, n: 7, unit: 'per-day' });
  // Wednesday the 4th: one that committed.
  expect(deploymentFrequency.trend[2]).toEqual({ at: at('04 00:00'), value: 1, n: 1 });
  expect(deploymentFrequency.caveats.join()).toContain('fewer than 20');
});

test('how long a commit waits: 1, 1, 2, 4, 12, 24 and 24 hours', () => {
  const { changeLeadTime } = metrics({ commits: graph() }).dora;
  const waits = changeLeadTime.list.map(({ commit, value }) => [commit, value / HOUR]);
  expect(Object.fromEntries(waits)).toEqual({ c1: 24, c2: 1, c3: 2, c4: 24, c5: 4, c6: 1, c7: 12 });
  expect(changeLeadTime).toMatchObject({ value: 4 * HOUR, n: 7, atLeast: false });
  expect(changeLeadTime.quantiles).toEqual({ p50: 4 * HOUR, p75: 18 * HOUR, p95: 24 * HOUR });
  expect(changeLeadTime.caveats.slice(0, 2)).toEqual([
    '1 left out: they have no commit time',
    '1 left out: committed after they were deployed, by their clock',
  ]);
  // Without the repository: c2, c3, c5, c6 and c7 alone, 1, 2, 4, 1 and 12 hours.
  expect(metrics().dora.changeLeadTime).toMatchObject({ value: 2 * HOUR, n: 5 });
});

test('how many fail: d5, d6, d8, d9 and d13 of the ten that took traffic', () => {
  const { changeFailRate } = metrics().dora;
  expect(changeFailRate).toMatchObject({ value: 0.5, n: 10, count: 5, listed: 5 });
  expect(Object.fromEntries(changeFailRate.list.map(({ deployment, note }) => [deployment, note]))).toEqual({
    d5: 'soak failed under traffic',
    d6: 'rolled back by a trigger',
    d8: 'rolled back by tom',
    d9: 'a person was needed',
    d13: 'a person was needed',
  });
});

test('how long until it runs well again: 5 min, 6 min, 36 min, 14 h 40 min and counting, 24 h 4 min', () => {
  const { recoveryTime } = metrics().dora;
  const minutes = recoveryTime.list.map(({ deployment, value, atLeast }) => [deployment, value / 60, atLeast]);
  expect(minutes.toReversed()).toEqual([
    ['d5', 6, false],
    ['d6', 5, false],
    ['d8', 1_444, false],
    ['d9', 36, false],
    ['d13', 880, true],
  ]);
  // What is open lies above the middle, so the middle is what it is.
  expect(recoveryTime).toMatchObject({ value: 36 * 60, atLeast: false });
  expect(recoveryTime.caveats[0]).toBe('1 still open, counted with the time so far');
  // Asked on the 11th at noon, only what was opened on that day: nothing but the open one.
  const open = metrics({ since: at('11 00:00'), until: at('11 12:00') }).dora.recoveryTime;
  expect(open).toMatchObject({ value: 160 * 60, atLeast: true, n: 1 });
});

test('how much was not planned: d8 of seven, and nobody knows where nothing says so', () => {
  expect(metrics().dora.reworkRate).toMatchObject({ value: 1 / 7, count: 1, n: 7 });
  const staging = metrics({ environment: 'staging' }).dora.reworkRate;
  expect(staging).toMatchObject({ value: null, n: 0 });
  expect(staging.caveats[0]).toContain('nothing says what was unplanned');
});

test('the pipeline itself: eight of eleven committed, d2 and d7 of twelve failed before anybody met them', () => {
  const { successRate, pipelineFailureRate, duration, totals } = metrics();
  expect(successRate).toMatchObject({ value: 8 / 11, n: 11, count: 8 });
  expect(ids(successRate)).toEqual(['d2', 'd5', 'd9']);
  expect(pipelineFailureRate).toMatchObject({ value: 2 / 12, n: 12, count: 2 });
  expect(ids(pipelineFailureRate)).toEqual(['d2', 'd7']);
  // 5, 10 six times, 70 minutes.
  expect(duration).toMatchObject({ value: 600, n: 8 });
  expect(totals).toMatchObject({
    deployments: 16,
    byKind: { deploy: 13, rollback: 3, promote: 0, restore: 0 },
    byOutcome: { committed: 12, 'rolled-back': 3, refused: 1, stuck: 0, paused: 0 },
    open: 0,
    automaticRollbacks: 1,
    manualRollbacks: 2,
  });
});

test('a practice is named where its limit is crossed, and nowhere else', () => {
  const { reviews } = metrics();
  expect(reviews.map(({ key, state }) => [key, state])).toEqual([
    ['teamSize', 'fine'],
    // 0.7 a day are 4.9 a week.
    ['deploysPerWeek', 'due'],
    ['users', 'not-checked'],
    // Half of them failed, but ten are too few to say so.
    ['failureRate', 'not-checked'],
    ['recovery', 'due'],
  ]);
  expect(reviews[4]?.why).toBe('median 36 min over 5; the limit is 30 min');
});

test('all environments together, with production for DORA, and what runs still', () => {
  const all = metrics({ environment: null });
  expect(all.dora.environment).toBe('production');
  expect(all.dora.changeFailRate.n).toBe(10);
  expect(all.totals).toMatchObject({ deployments: 18, open: 1 });
  expect(all.successRate.n).toBe(12);
  expect(metrics({ environment: 'staging' }).dora.changeFailRate).toMatchObject({ value: 1, n: 1 });
});

test('what a person settles behind a commit was a failure until then; a port that was taken shows nobody anything', () => {
  const settled: Written = {
    id: 'd1',
    opened: '02 09:00',
    commit: 'c1',
    and: [committed('02 09:10'), ['02 09:20', 'attention.raised'], ['02 09:50', 'attention.resolved']],
  };
  const portTaken: Written = {
    id: 'd2',
    opened: '03 09:00',
    commit: 'c2',
    and: [
      ['03 09:05', 'step.failed', { step: 'activate:web', error: { code: 'PORT_TAKEN', message: 'taken' } }],
      rolledBack('03 09:06'),
    ],
  };
  const { dora, pipelineFailureRate } = metrics({}, [settled, portTaken]);
  expect(dora.changeFailRate).toMatchObject({ n: 1, count: 1 });
  expect(dora.recoveryTime).toMatchObject({ value: 30 * 60, n: 1, atLeast: false });
  expect(ids(pipelineFailureRate)).toEqual(['d2']);
});

test('weeks begin on Monday', () => {
  const { trend, bucket } = metrics({ bucket: 'week' });
  expect(bucket).toBe('week');
  expect(trend.map(({ at: start, ended }) => [start, ended])).toEqual([
    [at('02 00:00'), 10],
    [at('09 00:00'), 3],
  ]);
});
