/** The deployment log says what the journal says: who, what, where, and how it ended. */
import { expect, test } from 'vitest';
import type { JournalEvent } from '../../core/events.ts';
import { endsDeployment, logRow } from './log-row.ts';

const AT = '2026-01-01T00:00:00.000Z';

function event(kind: string, data: unknown, actor = 'mia'): JournalEvent {
  return { environment: 'production', deployment: 'd1', kind, actor, at: AT, data } as JournalEvent;
}

const opened = event('deployment.opened', { source: { commit: 'abc' } });
const staged = [
  event('step.done', { step: 'stage:backend', receipt: { id: 'cx-1', schemaVersion: '17ecd1730c7735bb' } }),
  event('step.done', { step: 'stage:web', receipt: { id: 'dpl_1' } }),
  event('step.done', { step: 'check:all', receipt: { id: 'dpl_of-no-target' } }),
];
const rolledBack = event('deployment.rolled-back', { reason: 'unhealthy', live: {} }, 'belay');
const refs = { backend: { id: 'cx-2' }, web: { id: 'dpl_2' } };
const committed = event('deployment.committed', { release: { refs }, live: {} });

test('a deployment that went back names who started it, and what was tried', () => {
  expect(logRow([opened, ...staged, rolledBack])).toEqual({
    timestamp: Date.parse(AT),
    environment: 'production',
    deployedBy: 'mia',
    schemaVersion: '17ecd1730c7735bb',
    convexDeploymentId: 'cx-1',
    vercelDeploymentId: 'dpl_1',
    commitSha: 'abc',
    status: 'rolled back',
  });
});

test('a rollback stages nothing: its artefacts are those of the plan and of the commit', () => {
  const planned = event('deployment.planned', { plan: { refs: { backend: { id: 'cx-0' } } } });
  expect(logRow([opened, planned, rolledBack])).toMatchObject({ convexDeploymentId: 'cx-0', vercelDeploymentId: null });
  expect(logRow([opened, planned, committed])).toMatchObject({ convexDeploymentId: 'cx-2', status: 'success' });
});

test('refused and stuck deployments failed; what is left over behind a commit does not undo it', () => {
  const stuck = event('attention.raised', { reason: 'cannot undo', remaining: [] });
  expect(logRow([opened, event('deployment.refused', { reason: 'gate' })])).toMatchObject({ status: 'failed' });
  expect(logRow([opened, stuck])).toMatchObject({ status: 'failed' });
  expect(logRow([opened, committed, stuck])).toBeNull();
});

test('only the end of a deployment is logged, and only where its beginning is known', () => {
  expect([opened, ...staged].some(endsDeployment)).toBe(false);
  expect(endsDeployment(committed)).toBe(true);
  expect(endsDeployment({ ...committed, deployment: null })).toBe(false);
  expect(logRow([committed])).toBeNull();
});
