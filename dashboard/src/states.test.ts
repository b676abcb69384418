import { expect, test } from 'vitest';
import type { EnvironmentCard, TargetCell } from '../../src/server/api/overview.ts';
import { checkState, environmentState, outcomeState } from './states.ts';

const target = (status: TargetCell['health']['status']) => ({ health: { status } }) as TargetCell;
const card = (values: Partial<EnvironmentCard>) =>
  ({ attention: null, running: null, live: {}, targets: [], ...values }) as EnvironmentCard;

test('an environment shows its worst target, and never green for what cannot be told', () => {
  expect(environmentState(card({ targets: [target('pass'), target('fail')] }))).toMatchObject({
    word: 'failing',
    tone: 'red',
  });
  expect(environmentState(card({ targets: [target('pass'), target('inconclusive')] })).tone).toBe('amber');
  expect(environmentState(card({ targets: [target('pass')] }))).toMatchObject({ word: 'healthy', tone: 'green' });
  expect(environmentState(card({ live: null })).word).toBe('nothing live');
});

test('what needs a person comes before what happens, and that before how it is', () => {
  const running = { direction: 'forward', share: 0.25, kind: 'deploy' } as NonNullable<EnvironmentCard['running']>;
  expect(environmentState(card({ running, targets: [target('fail')] })).word).toBe('shifting 25 %');
  const attention = { deployment: 'd-1', reason: 'x', state: 'stuck' } as const;
  expect(environmentState(card({ running, attention })).word).toBe('needs you');
});

test('going back is violet, not red: the tool did its work', () => {
  expect(outcomeState('rolled-back')).toEqual({ shape: 'arrow', tone: 'violet', word: 'rolled back' });
  expect(checkState('not-configured').tone).toBe('grey');
});
