import { expect, test } from 'vitest';
import type { DeploymentDetail } from '../../src/server/api/deployments.ts';
import type { FeedEvent } from '../../src/server/api/feed.ts';
import { withEvent } from './step-events.ts';

const AT = '2026-11-21T12:00:00.000Z';
const detail = {
  steps: [
    { id: 'stage:web', phase: 'planned' },
    { id: 'stage:api', phase: 'planned' },
  ],
  measurements: [],
  lastEvent: 7,
} as unknown as DeploymentDetail;

const event = (n: number, kind: string, data: unknown) => ({ n, kind, data, at: AT }) as FeedEvent;
const phases = ({ steps }: DeploymentDetail) => steps.map((step) => step.phase);

test('a step goes its way by the events that name it, and only that one', () => {
  const begun = withEvent(detail, event(8, 'step.intended', { step: 'stage:web' }));
  expect(phases(begun)).toEqual(['intended', 'planned']);
  const done = withEvent(begun, event(9, 'step.done', { step: 'stage:web', ms: 420 }));
  expect(done.steps[0]).toMatchObject({ phase: 'done', startedAt: AT, endedAt: AT, ms: 420 });
  const undone = withEvent(done, event(10, 'undo.done', { step: 'stage:web', ms: 30 }));
  expect(undone.steps[0]).toMatchObject({ phase: 'undone', undo: { at: AT, ms: 30 } });
  expect(undone.lastEvent).toBe(10);
});

test('an event that the server has told of already changes nothing', () => {
  expect(withEvent(detail, event(7, 'step.failed', { step: 'stage:web', ms: 1 }))).toBe(detail);
});

test('a measurement is drawn at once', () => {
  const measured = withEvent(detail, event(8, 'analysis.measured', [{ source: 'router' }]));
  expect(measured.measurements).toEqual([{ source: 'router' }]);
});

test('what concerns no step is left to the server', () => {
  expect(withEvent(detail, event(8, 'deployment.closed', { outcome: 'committed' }))).toBe(detail);
});
