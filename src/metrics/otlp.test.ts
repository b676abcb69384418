/** The trace of a deployment: one span for all of it, one for each attempt of a step, ids that stay the same. */
import { expect, test } from 'vitest';
import { journalOf, type Written } from '../../test/support/written-history.ts';
import { traceOf } from './otlp.ts';

const FAILED: Written = {
  id: 'd-1',
  opened: '02 09:00',
  commit: 'c'.repeat(40),
  source: { branch: 'main' },
  and: [
    ['02 09:00', 'gate.checked', { check: 'schema', status: 'pass', summary: 'additive', findings: [] }],
    ['02 09:02', 'step.done', { step: 'stage:web', ms: 90_000 }],
    ['02 09:03', 'step.failed', { step: 'activate:web', error: { code: 'TIMEOUT', message: 'no answer' }, ms: 1_500 }],
    ['02 09:04', 'undo.done', { step: 'activate:web', ms: 200 }],
    ['02 09:05', 'deployment.rolled-back', { reason: 'activate:web: no answer' }],
  ],
};

const valuesOf = (span: { readonly attributes: readonly { readonly key: string; readonly value: object }[] }) =>
  Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

function spansOf(written: Written) {
  const trace = traceOf(journalOf([written]));
  return trace?.resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
}

test('a failed deployment is one failed run with its steps below it', () => {
  const [root, ...steps] = spansOf(FAILED);
  if (!root) throw new Error('no trace');
  expect(root).toMatchObject({
    name: 'RUN deploy-app',
    kind: 2,
    status: { code: 2, message: 'activate:web: no answer' },
  });
  expect(root.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(root.parentSpanId).toBeUndefined();
  expect(root.startTimeUnixNano).toBe(`${Date.UTC(2026, 2, 2, 9)}000000`);
  expect(valuesOf(root)).toMatchObject({
    'cicd.pipeline.run.id': 'd-1',
    'cicd.pipeline.result': 'failure',
    'deployment.status': 'failed',
    'deployment.environment.name': 'production',
    'vcs.ref.head.revision': 'c'.repeat(40),
    'vcs.ref.head.name': 'main',
  });
  expect(root.events?.map(({ name }) => name)).toEqual(['gate.checked', 'deployment.rolled-back']);
  expect(steps.map(({ name, status }) => [name, status.code])).toEqual([
    ['stage:web', 1],
    ['activate:web', 2],
    ['undo activate:web', 1],
  ]);
  const [stage, activate] = steps;
  expect(BigInt(stage?.endTimeUnixNano ?? 0) - BigInt(stage?.startTimeUnixNano ?? 0)).toBe(90_000_000_000n);
  expect(valuesOf(stage ?? root)).toMatchObject({ 'cicd.pipeline.task.type': 'build', 'belay.target': 'web' });
  expect(valuesOf(activate ?? root)['cicd.pipeline.task.run.result']).toBe('timeout');
  expect(steps.every(({ parentSpanId, traceId }) => parentSpanId === root.spanId && traceId === root.traceId)).toBe(
    true,
  );
});

test('the same deployment is the same trace; another one shares nothing with it; what runs has no result yet', () => {
  const ids = (written: Written) => spansOf(written).flatMap(({ traceId, spanId }) => [traceId, spanId]);
  expect(ids(FAILED)).toEqual(ids(FAILED));
  const others = new Set(ids({ ...FAILED, id: 'd-2' }));
  expect(ids(FAILED).some((id) => others.has(id))).toBe(false);
  const [running] = spansOf({ ...FAILED, and: FAILED.and.slice(0, 2) });
  expect(valuesOf(running ?? { attributes: [] })).not.toHaveProperty('cicd.pipeline.result');
  expect(running?.status).toEqual({});
  expect(traceOf([])).toBeNull();
});
